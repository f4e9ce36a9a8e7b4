"""A span around the routing of each record.

After a crash the job goes on from its last checkpoint and routes some records again: their labels come once, their
spans twice.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import read_failure
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.telemetry.messaging import described, followed
from mailroom.telemetry.tracing import Tracer
from stream_processing.routing import Routed

SERVICE = "mailroom-stream-processing"
"""The service's name in traces."""


class Routes(Protocol):
    """A router, traced or not."""

    def route(self, record: Record) -> Routed:
        """Route one record."""
        ...


@dataclass(frozen=True, slots=True)
class TracedRouter:
    """A router whose records each have a span, parent of what follows; a dead letter stays as it was received."""

    router: Routes
    tracer: Tracer

    def route(self, record: Record) -> Routed:
        """As the router."""
        span = self.tracer.start(
            f"process {record.topic}",
            kind="consumer",
            parent=record.header(h.TRACEPARENT),
            attributes=described("process", record.topic, record.position),
        )
        try:
            routed = self.router.route(record)
            span.set_attribute("mailroom.document.id", routed.id)
            if routed.record.topic == Topic.DEAD_LETTER:
                self.tracer.failed(span, read_failure(routed.record).reason)
                return routed
            return replace(routed, record=followed(routed.record, self.tracer, span))
        finally:
            span.end()
