"""A span around the routing of each record.

After a crash the job goes on from its last checkpoint and routes some records again: their labels come once, their
spans twice.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.telemetry.messaging import described, followed
from mailroom.telemetry.tracing import Tracer
from stream_processing.routing import Routed

if TYPE_CHECKING:
    from opentelemetry.trace import Span

SERVICE = "mailroom-stream-processing"
"""The service's name in traces."""


class Routes(Protocol):
    """A router, traced or not."""

    def route(self, record: Record) -> list[Routed]:
        """Route one record and the documents in it."""
        ...


@dataclass(frozen=True, slots=True)
class TracedRouter:
    """A router whose records each have a span, parent of what follows; a dead letter stays as it was received."""

    router: Routes
    tracer: Tracer

    def route(self, record: Record) -> list[Routed]:
        """As the router."""
        span = self.tracer.start(
            f"process {record.topic}",
            kind="consumer",
            parent=record.header(h.TRACEPARENT),
            attributes=described("process", record.topic, record.position),
        )
        try:
            routed = self.router.route(record)
            span.set_attribute("mailroom.document.id", routed[0].id)
            if len(routed) > 1:
                span.set_attribute("mailroom.documents", len(routed))
            return [self._followed(each, span) for each in routed]
        finally:
            span.end()

    def _followed(self, routed: Routed, span: "Span") -> Routed:
        if routed.reason is not None:
            self.tracer.failed(span, routed.reason)
            return routed
        return replace(routed, record=followed(routed.record, self.tracer, span))
