"""What the Kafka door tells of its work: metrics, logs and spans, of what was committed and of nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from classifier_service.answers import Answer
from classifier_service.refusal import Refusal
from classifier_service.spans import BatchSpans
from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.streams import Exchange
from mailroom.streams.clock import Clock
from mailroom.telemetry.consumers import MemberMetrics
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import trace_id

LAG_SECONDS = 5.0
"""How old the lag that is shown may be: asking takes a round trip for each partition."""

MAX_ID_CHARACTERS = 128
"""Of an id in a line; a hostile one is cut."""


@dataclass(slots=True)
class Observer:
    """Watches one door.

    Attributes:
        door: Its name.
        metrics: Where it counts.
        clock: Tells ages.
        spans: None where no traces are collected; a `traceparent` is then passed on as it came.
        each: Whether every label is logged, not dead letters alone.
        number: Which of the doors of this name it is.
    """

    door: str
    metrics: Metrics
    clock: Clock
    spans: BatchSpans | None = None
    each: bool = False
    number: int = 0
    _member: MemberMetrics = field(init=False)
    _lag_shown: float = float("-inf")

    def __post_init__(self) -> None:
        self._member = self.metrics.consumers.member(self.door, self.number)

    def polled(self, records: Sequence[Record], exchange: Exchange) -> None:
        """A poll has come back, with records or without."""
        stamps = [record.timestamp for record in records if record.timestamp is not None]
        self._member.age(max(0.0, self.clock.now() - min(stamps)) if stamps else 0.0)
        now = self.clock.monotonic()
        if now - self._lag_shown >= LAG_SECONDS:
            self._lag_shown = now
            self._member.behind(exchange.behind())

    def answered(self, answers: Sequence[Answer], began: float) -> list[Record]:
        """The outputs of a batch, the labels among them as children of its spans.

        Args:
            answers: What became of each record.
            began: When the batch was in hand, in seconds since the epoch.
        """
        return [each.output for each in answers] if self.spans is None else self.spans.start(answers, began)

    def committed(self, answers: Sequence[Answer], seconds: float) -> None:
        """A batch was answered, and the log has the answers.

        Args:
            answers: What became of each record.
            seconds: What the batch took.
        """
        self._count(answers, seconds)
        self._log(answers)
        if self.spans is not None:
            self.spans.end()

    def lost(self) -> None:
        """A batch was not committed and will be read again: its spans never were."""
        self.metrics.door(self.door).lost()
        if self.spans is not None:
            self.spans.drop()

    def _count(self, answers: Sequence[Answer], seconds: float) -> None:
        metrics, now = self.metrics.door(self.door), self.clock.now()
        metrics.batch(len(answers), seconds)
        for each in answers:
            if isinstance(each.outcome, Refusal):
                metrics.refused(each.outcome.reason)
            else:
                metrics.labelled(each.outcome, now)

    def _log(self, answers: Sequence[Answer]) -> None:
        log = structlog.get_logger().bind(door=self.door)
        for each in answers:
            if isinstance(each.outcome, Refusal):
                reason = each.outcome.reason.value
                log.warning("dead-lettered", reason=reason, exception=each.outcome.exception, **_names(each))
            elif self.each:
                log.debug(
                    "labelled", label=each.outcome.label, decision=each.outcome.decision, **_names(each)
                )


def _names(answer: Answer) -> dict[str, str | None]:
    """What leads from a line to the document: its id, its trace, and where it lies."""
    record = answer.record
    given = record.header(h.ID) or record.key
    position = str(record.position)
    return {
        "document_id": position if given is None else given.decode(errors="replace")[:MAX_ID_CHARACTERS],
        "trace_id": trace_id(record.header(h.TRACEPARENT)),
        "position": position,
    }
