"""What the REST door tells of its work: metrics, logs with ids, spans; never a document's text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from classifier_service.classifier import Outcome
from classifier_service.refusal import Refusal
from mailroom.streams.clock import Clock, SystemClock
from mailroom.telemetry.doors import DoorMetrics
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import Tracer, trace_id

if TYPE_CHECKING:
    from opentelemetry.trace import Span

DOOR = "rest"
MAX_ID_CHARACTERS = 128
"""Of an id in a line; a hostile one is cut."""

FAULT = 500


@dataclass(slots=True)
class Observer:
    """Watches the door.

    Attributes:
        metrics: Where it counts.
        spans: None where no traces are collected.
        each: Whether every label is logged, not refusals alone.
        clock: Tells ages.
    """

    metrics: Metrics = field(default_factory=Metrics)
    spans: Tracer | None = None
    each: bool = False
    clock: Clock = field(default_factory=SystemClock)
    _door: DoorMetrics = field(init=False)

    def __post_init__(self) -> None:
        self._door = self.metrics.door(DOOR)

    def batch(self, documents: int, seconds: float) -> None:
        """A batch was labelled."""
        self._door.batch(documents, seconds)

    def labelled(self, ids: Sequence[str], outcomes: Sequence[Outcome]) -> None:
        """Documents of a request have their outcomes.

        Args:
            ids: Of the documents.
            outcomes: One for each.
        """
        now = self.clock.now()
        for name, outcome in zip(ids, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                self._door.refused(outcome.reason)
                structlog.get_logger().warning(
                    "refused", document_id=name[:MAX_ID_CHARACTERS], reason=outcome.reason
                )
                continue
            self._door.labelled(outcome, now)
            if self.each:
                structlog.get_logger().debug(
                    "labelled", document_id=name[:MAX_ID_CHARACTERS], label=outcome.label
                )

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
        self.metrics.requests.began()
        self.metrics.requests.finished("POST", route, 429, 0.0)

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
