"""The first spans of a document's way: it was handed to the log, and the log has it.

They stand around the log, so that the doors need not know of them. A record's own `traceparent` begins a trace of which
nobody has told; the span takes its place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.watch.raw_log import RawLog
from mailroom.contracts import headers as h
from mailroom.contracts.records import Position, Record
from mailroom.streams.base import Acknowledged, Sink
from mailroom.telemetry.messaging import described, followed, placed
from mailroom.telemetry.tracing import Tracer

if TYPE_CHECKING:
    from opentelemetry.trace import Span

SERVICE = "mailroom-ingest"
"""The service's name in traces."""


@dataclass(frozen=True, slots=True)
class TracedSink:
    """A sink whose records each have a span, from `send` to their acknowledgement; what was refused has none."""

    sink: Sink
    tracer: Tracer

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """As the sink."""
        span = _started(self.tracer, record)

        def end(position: Position) -> None:
            _end(span, position)
            if acknowledged is not None:
                acknowledged(position)

        self.sink.send(followed(record, self.tracer, span), end)

    def flush(self, timeout: float) -> None:
        """As the sink."""
        self.sink.flush(timeout)

    def close(self) -> None:
        """As the sink; the spans that are left are sent first."""
        self.tracer.close()
        self.sink.close()


@dataclass(frozen=True, slots=True)
class TracedLog:
    """A raw log whose records each have a span, from `append` until they are committed."""

    log: RawLog
    tracer: Tracer

    def ends(self) -> Mapping[int, int]:
        """As the log."""
        return self.log.ends()

    def append(self, records: Sequence[Record]) -> Sequence[Position]:
        """As the log."""
        spans = [_started(self.tracer, record) for record in records]
        pairs = zip(records, spans, strict=True)
        positions = self.log.append([followed(record, self.tracer, span) for record, span in pairs])
        for span, position in zip(spans, positions, strict=True):
            _end(span, position)
        return positions

    def find(self, ids: Collection[str], since: Mapping[int, int]) -> Mapping[str, Position]:
        """As the log."""
        return self.log.find(ids, since)

    def close(self) -> None:
        """As the log."""
        self.log.close()


def _started(tracer: Tracer, record: Record) -> "Span":
    identifier = (record.header(h.ID) or b"").decode(errors="replace")
    attributes = {**described("send", record.topic), "mailroom.document.id": identifier}
    return tracer.start(f"send {record.topic}", kind="producer", attributes=attributes)


def _end(span: "Span", position: Position) -> None:
    span.set_attributes(placed(position))
    span.end()
