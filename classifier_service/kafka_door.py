"""The Kafka door: poll, answer, commit, until told to stop.

One transaction holds a batch's labels, its dead letters and the positions of its input. A crash anywhere leaves no
trace that a reader of committed records could see, and the batch is read again.
"""

import threading
from collections.abc import Sequence

import structlog

from classifier_service.answers import Answer, Label, answer
from classifier_service.errors import ModelUnavailable
from classifier_service.observing import Observer
from classifier_service.refusal import Refusal
from classifier_service.tally import Tally
from mailroom.failure_cap import LABELLING_FAULTS, FailureCap
from mailroom.streams import Exchange, WorkLost
from mailroom.streams.clock import Clock

POLL_SECONDS = 0.25
"""How long an idle door waits for a record before it looks whether it is to stop."""

LOSSES = 8
"""Batches lost in a row before the door gives up: it waits 0.1, 0.2, 0.4 … s between them, 12.7 s in all."""

HOLD_SECONDS = 1.0
"""The longest wait between two questions to a model that is away; a stop waits no longer."""


class KafkaDoor:
    """One topic's documents in, labels and dead letters out.

    Args:
        exchange: Reads the topic and writes the answers.
        label: Documents to outcomes.
        limit: Documents in one batch.
        clock: Times the work.
        observer: Told what happens; it names the door.
        cap: Says when it is the door that is broken, and not the documents.

    Attributes:
        name: The door's.
        polled: Set once the log has answered for the first time.
        tally: What has been done.
    """

    def __init__(
        self,
        exchange: Exchange,
        label: Label,
        *,
        limit: int,
        clock: Clock,
        observer: Observer,
        cap: FailureCap | None = None,
    ) -> None:
        self.name = observer.door
        self.polled = threading.Event()
        self.tally = Tally()
        self._exchange = exchange
        self._label = label
        self._limit = limit
        self._clock = clock
        self._observer = observer
        self._cap = cap or FailureCap(f"the door {observer.door}", LABELLING_FAULTS)
        self._losses = 0
        self._held = 0
        self._log = structlog.get_logger().bind(door=self.name)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish the batch and leave.

        Raises:
            StreamError: The log is gone, or refuses batch after batch.
            StageBroken: Too many documents failed for what is no fault of theirs; those of the last batch are not
                dead-lettered.
            MailroomError: The object store or the OCR engine is gone.
        """
        try:
            while not stop.is_set():
                self.step()
        finally:
            self._exchange.close()

    def step(self) -> int:
        """One batch.

        Returns:
            How many records were read, answered and committed.
        """
        records = self._exchange.poll(self._limit, POLL_SECONDS)
        self.polled.set()
        self._observer.polled(records, self._exchange)
        if not records:
            return 0
        moment, begin = self._clock.now(), self._clock.monotonic()
        try:
            answers = answer(records, self._label)
        except ModelUnavailable as error:
            self._hold(error)
            return 0
        self._held = 0
        committed = self._commit(answers, moment)
        seconds = self._clock.monotonic() - begin
        self.tally.seconds += seconds
        if not committed:
            return 0
        self._observer.committed(answers, seconds)
        return len(records)

    def _commit(self, answers: Sequence[Answer], moment: float) -> bool:
        cap = self._cap.after(map(_failure, answers))
        outputs = self._observer.answered(answers, moment)
        try:
            self._exchange.commit(outputs)
        except WorkLost as error:
            self._lose(error)
            return False
        self._losses, self._cap = 0, cap
        self.tally.add(outputs)
        return True

    def _hold(self, error: ModelUnavailable) -> None:
        """Let the log keep what waits; polling again and again keeps this member in its group meanwhile."""
        self._exchange.rewind()
        if self._held.bit_count() <= 1:  # the first time, then less and less often
            self._log.warning("waiting for the model", cause=str(error), tries=self._held + 1)
        self._held += 1
        self._clock.sleep(min(HOLD_SECONDS, 0.05 * 2 ** min(self._held, 10)))

    def _lose(self, error: WorkLost) -> None:
        """Wait a little longer each time: whatever refuses the work may pass."""
        self._losses += 1
        self.tally.lost += 1
        self._observer.lost()
        self._log.warning("batch lost, reading it again", cause=str(error), losses=self._losses)
        if self._losses >= LOSSES:
            raise error
        self._clock.sleep(0.05 * 2**self._losses)


def _failure(answer: Answer) -> tuple[str | None, str]:
    outcome = answer.outcome
    return (outcome.reason, outcome.message) if isinstance(outcome, Refusal) else (None, "")
