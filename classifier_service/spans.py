"""The spans of a batch: one for each document, from the moment it was in hand until the log has its label."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from classifier_service.answers import Answer
from classifier_service.refusal import Refusal
from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.telemetry.messaging import described, followed
from mailroom.telemetry.tracing import Attributes, Tracer

if TYPE_CHECKING:
    from opentelemetry.trace import Span


@dataclass(slots=True)
class BatchSpans:
    """Spans of the batch in hand.

    Attributes:
        tracer: Where they go.
        group: The consumer group.
    """

    tracer: Tracer
    group: str
    _open: list["Span"] = field(default_factory=list)

    def start(self, answers: Sequence[Answer], began: float) -> list[Record]:
        """Start a span for each document.

        Args:
            answers: What became of each record.
            began: Seconds since the epoch.

        Returns:
            The outputs. A label's `traceparent` makes its readers children of the span; a dead letter keeps the headers
            that it came with.
        """
        self._open = [self._span(each, began) for each in answers]
        return [
            each.output if isinstance(each.outcome, Refusal) else followed(each.output, self.tracer, span)
            for each, span in zip(answers, self._open, strict=True)
        ]

    def end(self) -> None:
        """The log has the batch."""
        for span in self._open:
            span.end()
        self._open = []

    def drop(self) -> None:
        """The batch will be done again."""
        self._open = []

    def _span(self, answer: Answer, began: float) -> "Span":
        record = answer.record
        span = self.tracer.start(
            f"process {record.topic}",
            kind="consumer",
            parent=record.header(h.TRACEPARENT),
            at=began,
            attributes={
                **described("process", record.topic, record.position),
                "messaging.consumer.group.name": self.group,
                **_result(answer),
            },
        )
        if isinstance(answer.outcome, Refusal):
            self.tracer.failed(span, answer.outcome.reason)
        return span


def _result(answer: Answer) -> Attributes:
    outcome = answer.outcome
    if isinstance(outcome, Refusal):
        return {"error.type": outcome.reason.value}
    return {
        "mailroom.document.id": outcome.id,
        "mailroom.label": outcome.label,
        "mailroom.confidence": outcome.confidence,
        "mailroom.decision": outcome.decision,
        "mailroom.model.name": outcome.model.name,
        "mailroom.model.version": outcome.model.version,
    }
