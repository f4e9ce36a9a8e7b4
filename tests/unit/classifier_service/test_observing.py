"""What a door tells of its work, and what it keeps to itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from classifier_service.kafka_door import KafkaDoor
from classifier_service.observing import Observer
from classifier_service.spans import BatchSpans
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.streams.clock import FakeClock
from mailroom.streams.memory import MemoryExchange, MemoryLog
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import tracer
from tests.unit.classifier_service.fakes import (
    TRACE,
    FakeModel,
    FakeScans,
    classifier,
    scanned_document,
    scanned_record,
    text_document,
    text_record,
)
from tests.unit.mailroom.telemetry.collector import Collector, attributes, collector
from tests.unit.mailroom.telemetry.logged import logged
from tests.unit.mailroom.telemetry.test_metrics import sample

CANARY = "tweety-was-here"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACED = (("traceparent", TRACE),)
MEMBER = {"door": "text", "member": "0"}
PARTITION = {**MEMBER, "topic": "documents.text", "partition": "0"}
TOPICS = (Topic.TEXT, Topic.SCANNED)


def observed(
    log: MemoryLog, observer: Observer, *, scans: FakeScans | None = None, refuse: int = 0
) -> KafkaDoor:
    """A door on both topics of a log."""
    exchange = MemoryExchange(log, TOPICS, "group", refuse)
    label = classifier(FakeModel(), scans).label
    return KafkaDoor(exchange, label, limit=10, clock=FakeClock(), observer=observer)


def filled(*records: Record) -> MemoryLog:
    """A log that holds records."""
    log = MemoryLog(FakeClock())
    for record in records:
        log.append(record)
    return log


@contextmanager
def tracing(collected: Collector) -> Iterator[BatchSpans]:
    """Spans that go to a collector."""
    traces = tracer("mailroom-classifier", collected.endpoint)
    assert traces is not None
    try:
        yield BatchSpans(traces, "group-text")
    finally:
        traces.close(seconds=20)


@pytest.mark.parametrize("level", ["info", "debug"])
def test_no_log_quotes_a_document(level: str) -> None:
    """Neither of a document that is labelled nor of any that fails is a word found in the logs or the metrics."""
    broken = Record(Topic.TEXT, b"broken", f'{{"text": "{CANARY}'.encode())
    log = filled(
        text_record(text_document(f"please pay {CANARY}", "labelled")),
        text_record(text_document(f"poison {CANARY}", "poisoned")),
        text_record(text_document(f"nothing {CANARY}", "unanswered")),
        broken,
        scanned_record(scanned_document(CANARY.encode(), "scan")),
    )
    metrics = Metrics()
    with logged(level) as logs:
        observer = Observer("text", metrics, FakeClock(), each=level == "debug")
        door = observed(log, observer, scans=FakeScans(error=RuntimeError(CANARY)), refuse=1)
        assert [door.step(), door.step()] == [0, 5]
    assert len(log.topics[Topic.DEAD_LETTER]) == 4
    assert len([line for line in logs.lines if line["event"] == "labelled"]) == (1 if level == "debug" else 0)
    assert CANARY not in logs.text
    assert CANARY.encode() not in metrics.exposition()[0]


def test_a_dead_letters_line_leads_to_the_document() -> None:
    """It has the id, the trace, the place in the log and the reason."""
    with logged() as logs:
        observer = Observer("text", Metrics(), FakeClock())
        observed(filled(text_record(text_document("poison", "d1"), headers=TRACED)), observer).step()
    [line] = logs.lines
    line.pop("timestamp")
    assert line == {
        "event": "dead-lettered",
        "level": "warning",
        "door": "text",
        "document_id": "d1",
        "trace_id": TRACE_ID,
        "position": "documents.text-0-0",
        "reason": "inference-failed",
        "exception": "RuntimeError",
    }


def test_committed_work_is_counted() -> None:
    """A batch that was refused counts as lost, then each of its documents once; what waits is the lag."""
    log = filled(*(text_record(text_document(text)) for text in ("pay", "offer", "poison")))
    metrics = Metrics()
    door = observed(log, Observer("text", metrics, FakeClock()), refuse=1)
    door.step()
    door.step()
    text, _ = metrics.exposition()
    counted = "mailroom_documents_classified_total"
    assert sample(text, counted, door="text", label="invoice", decision="auto") == 1
    assert sample(text, counted, door="text", label="offer", decision="review") == 1
    assert sample(text, "mailroom_documents_refused_total", door="text", reason="inference-failed") == 1
    assert sample(text, "mailroom_batches_lost_total", door="text") == 1
    assert sample(text, "mailroom_batch_documents_sum", door="text") == 3
    assert sample(text, "mailroom_consumer_lag_records", **PARTITION) == 0


def test_lag_and_age_tell_how_far_behind_a_door_is() -> None:
    """Records that were not polled yet are lag; the age is that of the oldest in hand, and 0 when idle."""
    clock, metrics = FakeClock(), Metrics()
    log = filled(*(text_record(text_document()) for _ in range(3)))
    exchange = MemoryExchange(log, [Topic.TEXT], "group")
    observer = Observer("text", metrics, clock)
    clock.sleep(7)
    observer.polled(exchange.poll(1, 0), exchange)
    text, _ = metrics.exposition()
    assert sample(text, "mailroom_consumer_lag_records", **PARTITION) == 2
    assert sample(text, "mailroom_consumer_record_age_seconds", **MEMBER) == 7
    observer.polled([], exchange)
    assert sample(metrics.exposition()[0], "mailroom_consumer_record_age_seconds", **MEMBER) == 0


def test_a_label_is_a_child_of_its_documents_trace() -> None:
    """The span continues the trace that came, names the document and the label, and is what follows' parent."""
    log = filled(text_record(text_document("pay", "d1"), headers=TRACED))
    with collector() as collected, tracing(collected) as spans:
        observed(log, Observer("text", Metrics(), FakeClock(), spans)).step()
    [(service, span)] = collected.spans
    assert (service, span.name) == ("mailroom-classifier", "process documents.text")
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE_ID, "00f067aa0ba902b7")
    assert attributes(span) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": "documents.text",
        "messaging.consumer.group.name": "group-text",
        "messaging.destination.partition.id": "0",
        "messaging.kafka.offset": 0,
        "mailroom.document.id": "d1",
        "mailroom.label": "invoice",
        "mailroom.confidence": 0.7,
        "mailroom.decision": "auto",
        "mailroom.model.name": "tiny",
        "mailroom.model.version": "1",
    }
    [output] = log.topics[Topic.CLASSIFIED]
    assert output.header("traceparent") == f"00-{TRACE_ID}-{span.span_id.hex()}-01".encode()


def test_a_dead_letter_keeps_its_trace_and_its_span_failed() -> None:
    """Its headers are as received; the span has the reason."""
    log = filled(text_record(text_document("poison"), headers=TRACED))
    with collector() as collected, tracing(collected) as spans:
        observed(log, Observer("text", Metrics(), FakeClock(), spans)).step()
    [(_, span)] = collected.spans
    assert (span.status.code, attributes(span)["error.type"]) == (
        span.status.STATUS_CODE_ERROR,
        "inference-failed",
    )
    assert log.topics[Topic.DEAD_LETTER][0].header("traceparent") == TRACE


def test_work_that_was_lost_leaves_no_span() -> None:
    """A batch that is done twice has its spans once."""
    log = filled(text_record(text_document("pay")))
    with collector() as collected, tracing(collected) as spans:
        door = observed(log, Observer("text", Metrics(), FakeClock(), spans), refuse=1)
        assert [door.step(), door.step()] == [0, 1]
    assert len(collected.spans) == 1
