"""What a door tells of its requests: metrics, spans, and the ids in every line that is logged meanwhile."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import Tracer, trace_id

if TYPE_CHECKING:
    from opentelemetry.trace import Span

FAULT = 500


@dataclass(slots=True)
class RequestObserver:
    """Watches the requests of a door.

    Attributes:
        metrics: Where it counts.
        spans: None where no traces are collected.
    """

    metrics: Metrics = field(default_factory=Metrics)
    spans: Tracer | None = None

    def began(self, request_id: str, traceparent: bytes | None, method: str, route: str) -> "Span | None":
        """A request has come; what is logged while it is answered names it and its trace."""
        self.metrics.requests.began()
        # A request that was sent behind another on one connection begins in the other's context.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if traceparent is not None and (trace := trace_id(traceparent)):
            structlog.contextvars.bind_contextvars(trace_id=trace)
        if self.spans is None:
            return None
        names = {"http.request.method": method, "http.route": route}
        return self.spans.start(f"{method} {route}", kind="server", parent=traceparent, attributes=names)

    def shed(self, route: str) -> None:
        """A request was refused before it was read."""
        self.metrics.requests.shed("POST", route, 429)

    def finished(
        self, method: str, route: str, status: int, seconds: float, span: "Span | None" = None
    ) -> None:
        """A request was answered.

        Args:
            method: The HTTP method.
            route: The pattern that matched.
            status: The HTTP status.
            seconds: What it took.
            span: As `began` gave it.
        """
        self.metrics.requests.finished(method, route, status, seconds)
        if span is not None and self.spans is not None:
            span.set_attribute("http.response.status_code", status)
            if status >= FAULT:
                self.spans.failed(span, str(status))
            span.end()
