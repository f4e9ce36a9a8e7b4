"""A document's trace through a real command, a real log, a real job and a real classifier."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader
from mailroom.telemetry.tracing import trace_id
from tests.integration.flink.conftest import START_SECONDS, Job, wait_until
from tests.integration.kafka.world import PROJECT, classifier, word_package
from tests.unit.mailroom.telemetry.collector import Collector, attributes, collector

pytestmark = [pytest.mark.flink, pytest.mark.kafka]


def send(topics: KafkaSettings, file: Path) -> None:
    """`mailroom send`, as a person calls it."""
    command = [sys.executable, "-m", "cli", "send", str(file), "--id", "d1", "--profile", topics.bootstrap]
    environment = os.environ | {"MAILROOM_HOME": str(file.parent / "home"), "PYTHONPATH": str(PROJECT)}
    subprocess.run(command, env=environment, cwd=file.parent, check=True, capture_output=True, timeout=60)


def spans(collected: Collector) -> dict[str, Span]:
    """The spans of the document, by service."""
    return dict(collected.spans)


def label(topics: KafkaSettings) -> Record:
    """The document's label."""
    reader = KafkaReader(topics, [Topic.CLASSIFIED])
    found: list[Record] = []

    def read() -> bool:
        found.extend(reader.poll(1, 0.2))
        return bool(found)

    wait_until(read, START_SECONDS)
    reader.close()
    return found[0]


def test_a_document_is_one_trace_from_its_entry_to_its_label(
    topics: KafkaSettings, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three processes tell of it; each span is a child of the one before, and the label carries the trace on."""
    (tmp_path / "letter.txt").write_text("Please pay this invoice.")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    with collector() as collected:
        monkeypatch.setenv("MAILROOM_TELEMETRY__OTLP_ENDPOINT", collected.endpoint)
        job.start()
        job.wait_ready()
        with classifier(topics, word_package(tmp_path / "words"), tmp_path / "classifier"):
            send(topics, tmp_path / "letter.txt")
            labelled = label(topics)
            wait_until(lambda: len(spans(collected)) >= 3, START_SECONDS)
        job.kill()
    sent, routed, judged = (
        spans(collected)[f"mailroom-{name}"] for name in ("ingest", "stream-processing", "classifier")
    )
    names = ("send documents.raw", "process documents.raw", "process documents.text")
    assert (sent.name, routed.name, judged.name) == names
    assert (routed.parent_span_id, judged.parent_span_id) == (sent.span_id, routed.span_id)
    assert {span.trace_id for span in (sent, routed, judged)} == {sent.trace_id}
    assert [attributes(span)["mailroom.document.id"] for span in (sent, routed, judged)] == ["d1"] * 3
    assert attributes(judged)["mailroom.label"] == "invoice"
    assert trace_id(labelled.header("traceparent")) == sent.trace_id.hex()
