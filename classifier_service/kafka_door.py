"""The Kafka door: poll, answer, commit, until told to stop.

One transaction holds a batch's labels, its dead letters and the positions of its input. A crash anywhere leaves no
trace that a reader of committed records could see, and the batch is read again.
"""

import threading
from collections.abc import Sequence

import structlog

from classifier_service.answers import Label, answer
from classifier_service.tally import Tally
from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.streams import Exchange, WorkLost
from mailroom.streams.clock import Clock

POLL_SECONDS = 0.25
"""How long an idle door waits for a record before it looks whether it is to stop."""

LOSSES = 8
"""Batches lost in a row before the door gives up: it waits 0.1, 0.2, 0.4 … s between them, 12.7 s in all."""


class KafkaDoor:
    """One topic's documents in, labels and dead letters out.

    Args:
        name: For logs and metrics.
        exchange: Reads the topic and writes the answers.
        label: Documents to outcomes.
        limit: Documents in one batch.
        clock: Times the work.

    Attributes:
        polled: Set once the log has answered for the first time.
        tally: What has been done.
    """

    def __init__(self, name: str, exchange: Exchange, label: Label, limit: int, clock: Clock) -> None:
        self.name = name
        self.polled = threading.Event()
        self.tally = Tally()
        self._exchange = exchange
        self._label = label
        self._limit = limit
        self._clock = clock
        self._losses = 0
        self._log = structlog.get_logger().bind(door=name)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish the batch and leave.

        Raises:
            StreamError: The log is gone, or refuses batch after batch.
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
        if not records:
            return 0
        begin = self._clock.monotonic()
        outputs = answer(records, self._label)
        committed = self._commit(outputs)
        self.tally.seconds += self._clock.monotonic() - begin
        return len(records) if committed else 0

    def _commit(self, outputs: Sequence[Record]) -> bool:
        try:
            self._exchange.commit(outputs)
        except WorkLost as error:
            self._lose(error)
            return False
        self._losses = 0
        self.tally.add(outputs)
        self._report(outputs)
        return True

    def _lose(self, error: WorkLost) -> None:
        """Wait a little longer each time: whatever refuses the work may pass."""
        self._losses += 1
        self.tally.lost += 1
        self._log.warning("batch lost, reading it again", cause=str(error), losses=self._losses)
        if self._losses >= LOSSES:
            raise error
        self._clock.sleep(0.05 * 2**self._losses)

    def _report(self, outputs: Sequence[Record]) -> None:
        refused = [record for record in outputs if record.topic == Topic.DEAD_LETTER]
        for record in refused:
            names = (h.ERROR_REASON, h.ERROR_TOPIC, h.ERROR_PARTITION, h.ERROR_OFFSET)
            reason, *place = ((record.header(name) or b"").decode() for name in names)
            self._log.warning("dead-lettered", reason=reason, position="-".join(place))
