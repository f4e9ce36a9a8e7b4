"""A document's way from the door to its label, as one trace."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from classifier_service.kafka_door import KafkaDoor
from classifier_service.observing import Observer
from classifier_service.spans import BatchSpans
from ingest.documents import Content, Document, Inline
from ingest.envelope import raw_record
from ingest.tracing import TracedLog, TracedSink
from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.extract import extract
from mailroom.objects import ObjectStore
from mailroom.streams.clock import FakeClock
from mailroom.streams.memory import MemoryExchange, MemoryLog, MemorySink
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import Tracer, trace_id, tracer
from stream_processing.routing import Router
from stream_processing.tracing import TracedRouter
from tests.unit.classifier_service.fakes import classifier
from tests.unit.mailroom.telemetry.collector import Collector, attributes, collector


@dataclass
class Traces:
    """Three services' tracers and the collector of their spans."""

    collected: Collector
    tracers: list[Tracer] = field(default_factory=list)

    def of(self, service: str) -> Tracer:
        """A service's tracer."""
        made = tracer(service, self.collected.endpoint)
        assert made is not None
        self.tracers.append(made)
        return made

    def sent(self) -> list[tuple[str, str, bytes, bytes]]:
        """Service, name, span and parent of all spans."""
        for each in self.tracers:
            each.close(seconds=20)
        return sorted(
            (service, span.name, span.span_id, span.parent_span_id) for service, span in self.collected.spans
        )


@pytest.fixture
def traces() -> Iterator[Traces]:
    """A collector."""
    with collector() as collected:
        yield Traces(collected)


def raw(text: bytes) -> Record:
    """A document as a door sends it."""
    return raw_record(Document("d1", Content(Inline(text), "text/plain"), "a.txt"), source="/test", now=0.0)


def route(log: MemoryLog, traces: Traces) -> None:
    """Route what lies in the raw topic."""
    store = ObjectStore("memory://traces")
    router = TracedRouter(Router(extract, store, FakeClock(), 1_000, 1_000), traces.of("stream"))
    for record in log.topics[Topic.RAW]:
        for routed in router.route(record):
            log.append(routed.record)


def test_a_document_is_one_trace_from_its_entry_to_its_label(traces: Traces) -> None:
    """Sent, routed, labelled: each span is the parent of the next, and the label's readers go on from the last."""
    log = MemoryLog(FakeClock())
    TracedSink(MemorySink(log), traces.of("ingest")).send(raw(b"please pay"))
    route(log, traces)
    observer = Observer("text", Metrics(), FakeClock(), BatchSpans(traces.of("labels"), "group"))
    exchange = MemoryExchange(log, [Topic.TEXT], "group")
    KafkaDoor(exchange, classifier().label, limit=1, clock=FakeClock(), observer=observer).step()
    sent, labelled, routed = traces.sent()
    assert sent[:2] == ("ingest", "send documents.raw")
    assert routed[:2] == ("stream", "process documents.raw")
    assert labelled[:2] == ("labels", "process documents.text")
    assert (sent[3], routed[3], labelled[3]) == (b"", sent[2], routed[2])
    assert len({span.trace_id for _, span in traces.collected.spans}) == 1
    [label] = log.topics[Topic.CLASSIFIED]
    trace = traces.collected.spans[0][1].trace_id.hex()
    assert (label.header("traceparent") or b"").startswith(f"00-{trace}-{labelled[2].hex()}-".encode())


def test_a_record_that_is_refused_keeps_its_trace_and_says_why(traces: Traces) -> None:
    """Its dead letter has the headers that it came with; its span has the reason."""
    log = MemoryLog(FakeClock())
    log.append(raw(b""))
    route(log, traces)
    [(_, _, _, parent)] = traces.sent()
    [dead] = log.topics[Topic.DEAD_LETTER]
    [before] = log.topics[Topic.RAW]
    assert dead.header("traceparent") == before.header("traceparent")
    [(_, span)] = traces.collected.spans
    assert trace_id(before.header("traceparent")) == span.trace_id.hex()
    assert parent.hex().encode() in (before.header("traceparent") or b"")
    assert span.status.message == "empty"


class AppendingLog:
    """A raw log in memory."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def ends(self) -> Mapping[int, int]:
        """Where it ends."""
        return {0: len(self.records)}

    def append(self, records: Sequence[Record]) -> Sequence[Position]:
        """Take them."""
        self.records += records
        return [Position(Topic.RAW, 0, number) for number in range(len(records))]

    def find(self, ids: Collection[str], since: Mapping[int, int]) -> Mapping[str, Position]:  # noqa: ARG002 - the protocol
        """Nothing."""
        return {}

    def close(self) -> None:
        """Nothing is held."""


def test_a_watched_folders_documents_are_traced_as_well(traces: Traces) -> None:
    """Each record of a batch has a span of its own, with its place in the log."""
    log = AppendingLog()
    TracedLog(log, traces.of("ingest")).append([raw(b"one"), raw(b"two")])
    spans = [span for _, span in traces.collected.spans] if traces.sent() else []
    assert sorted(attributes(span)["messaging.kafka.offset"] for span in spans) == [0, 1]
    assert len({span.trace_id for span in spans}) == 2
    assert [trace_id(record.header("traceparent")) for record in log.records] == [
        span.trace_id.hex()
        for span in sorted(spans, key=lambda span: attributes(span)["messaging.kafka.offset"])
    ]
