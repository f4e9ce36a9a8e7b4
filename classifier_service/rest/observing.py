"""What the REST door tells of documents besides its requests: metrics, logs with ids; never a text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from classifier_service.classifier import Outcome
from classifier_service.refusal import Refusal
from mailroom.streams.clock import Clock, SystemClock
from mailroom.telemetry.doors import DoorMetrics
from mailroom.web.observing import RequestObserver

DOOR = "rest"
MAX_ID_CHARACTERS = 128
"""Of an id in a line; a hostile one is cut."""


@dataclass(slots=True)
class Observer(RequestObserver):
    """Watches the door.

    Attributes:
        each: Whether every label is logged, not refusals alone.
        clock: Tells ages.
    """

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
