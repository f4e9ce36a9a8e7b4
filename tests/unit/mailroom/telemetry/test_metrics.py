"""Metrics, as a scrape sees them."""

import urllib.request
from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Candidate, Classification, ModelReference, Source
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.scraping import scraped

SOURCE = Source("documents.raw", 0, 0, "text/plain", 9, "0" * 64, "2026-01-01T00:00:00.000Z")
NEW_YEAR = 1_767_225_600.0


def classification(
    label: str = "invoice", confidence: float = 0.93, decision: str = "auto"
) -> Classification:
    """A label, given two seconds after the document came."""
    return Classification(
        id="d1",
        label=label,
        confidence=confidence,
        candidates=(Candidate(label, confidence),),
        decision=decision,
        department="accounts-payable",
        language="en",
        model=ModelReference("tiny", "1", "d1"),
        source=SOURCE,
        cleansed_at="2026-01-01T00:00:01.000Z",
        classified_at="2026-01-01T00:00:02.000Z",
    )


def sample(text: bytes, name: str, /, **labels: str) -> float | None:
    """The value of one sample in an exposition; None where there is none."""
    families = text_string_to_metric_families(text.decode())
    wanted: Mapping[str, str] = labels
    values = [s.value for family in families for s in family.samples if s.name == name and s.labels == wanted]
    return values[0] if values else None


def test_labels_and_refusals_are_counted() -> None:
    """Labels count by label and decision, refusals by reason, each for its door."""
    metrics = Metrics()
    door = metrics.door("text")
    for decision in ("auto", "auto", "review"):
        door.labelled(classification(decision=decision), now=NEW_YEAR + 2)
    door.refused("no-text")
    text, _ = metrics.exposition()
    name = "mailroom_documents_classified_total"
    assert sample(text, name, door="text", label="invoice", decision="auto") == 2
    assert sample(text, name, door="text", label="invoice", decision="review") == 1
    assert sample(text, "mailroom_documents_refused_total", door="text", reason="no-text") == 1


def test_confidence_and_age_are_distributions() -> None:
    """A confidence of 0.93 lies between 0.9 and 0.95, an age of two seconds between one and two and a half."""
    metrics = Metrics()
    metrics.door("text").labelled(classification(confidence=0.93), now=NEW_YEAR + 2)
    text, _ = metrics.exposition()
    confidence = "mailroom_classification_confidence_ratio_bucket"
    assert (
        sample(text, confidence, door="text", le="0.9"),
        sample(text, confidence, door="text", le="0.95"),
    ) == (0, 1)
    age = "mailroom_document_age_seconds"
    assert sample(text, f"{age}_sum", door="text") == 2
    assert (
        sample(text, f"{age}_bucket", door="text", le="1.0"),
        sample(text, f"{age}_bucket", door="text", le="2.5"),
    ) == (0, 1)


def test_a_clock_that_lags_gives_no_negative_age() -> None:
    """A document from a machine whose clock is ahead is of age 0."""
    metrics = Metrics()
    metrics.door("text").labelled(classification(), now=NEW_YEAR - 5)
    assert sample(metrics.exposition()[0], "mailroom_document_age_seconds_sum", door="text") == 0


def test_batches_and_the_queue() -> None:
    """Batches are timed and sized; the queue is asked when somebody looks."""
    metrics, waiting = Metrics(), [1, 2, 3]
    door = metrics.door("rest")
    door.queue(lambda: len(waiting))
    door.batch(documents=3, seconds=0.25)
    door.lost()
    waiting.pop()
    text, _ = metrics.exposition()
    assert sample(text, "mailroom_queue_documents", door="rest") == 2
    assert sample(text, "mailroom_batch_documents_sum", door="rest") == 3
    assert sample(text, "mailroom_batch_duration_seconds_sum", door="rest") == 0.25
    assert sample(text, "mailroom_batches_lost_total", door="rest") == 1


def test_requests() -> None:
    """A request is in progress until it is finished, then counted with its status and timed."""
    metrics = Metrics()
    metrics.requests.began()
    metrics.requests.began()
    metrics.requests.finished("POST", "/classify", 200, 0.5)
    text, _ = metrics.exposition()
    assert sample(text, "mailroom_http_requests_in_progress") == 1
    assert sample(text, "mailroom_http_requests_total", method="POST", route="/classify", status="200") == 1
    assert sample(text, "mailroom_http_request_duration_seconds_sum", method="POST", route="/classify") == 0.5


def lag(metrics: Metrics, member: str, partition: str) -> float | None:
    """What a member shows of a partition."""
    names = {"door": "text", "member": member, "topic": "documents.text", "partition": partition}
    return sample(metrics.exposition()[0], "mailroom_consumer_lag_records", **names)


def test_partitions_that_went_elsewhere_are_not_shown() -> None:
    """After a rebalance each member shows the lag of what it reads now, and of nothing where it reads nothing."""
    metrics = Metrics()
    first, second = (metrics.consumers.member("text", number) for number in (0, 1))
    first.behind({"documents.text": {0: 5, 1: 7}})
    second.behind({"documents.text": {1: 6}})
    first.behind({"documents.text": {0: 4}})
    assert (lag(metrics, "0", "0"), lag(metrics, "0", "1"), lag(metrics, "1", "1")) == (4, None, 6)
    second.behind({})
    assert (lag(metrics, "0", "0"), lag(metrics, "1", "1")) == (4, None)


def test_one_model_is_in_service() -> None:
    """After a swap the model before is gone."""
    metrics = Metrics()
    metrics.serving(ModelReference("tiny", "1", "d1"))
    metrics.serving(ModelReference("tiny", "2", "d2"))
    text, _ = metrics.exposition()
    assert sample(text, "mailroom_model_info", name="tiny", version="1", digest="d1") is None
    assert sample(text, "mailroom_model_info", name="tiny", version="2", digest="d2") == 1


def test_the_form_is_negotiated() -> None:
    """Plain text by default, OpenMetrics for whoever asks."""
    metrics = Metrics()
    assert metrics.exposition()[1].startswith("text/plain")
    assert metrics.exposition("application/openmetrics-text; version=1.0.0")[1].startswith(
        "application/openmetrics-text"
    )


def test_two_services_do_not_mix() -> None:
    """Each registry is its service's own."""
    one, other = Metrics(), Metrics()
    one.door("text").refused("no-text")
    assert (
        sample(other.exposition()[0], "mailroom_documents_refused_total", door="text", reason="no-text")
        is None
    )


def test_a_port_of_its_own() -> None:
    """Metrics are served where asked for, and the port is free again afterwards."""
    metrics = Metrics()
    metrics.door("text").refused("no-text")
    with scraped(metrics, "127.0.0.1", 0) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            body = answer.read()
        with (
            pytest.raises(UsageError, match="metrics_port to a free one"),
            scraped(metrics, "127.0.0.1", port),
        ):
            pass
    assert sample(body, "mailroom_documents_refused_total", door="text", reason="no-text") == 1
    with scraped(metrics, "127.0.0.1", port):
        pass
