"""A bucket that tells a queue what was put into it."""

import io
import threading
from collections.abc import Sequence

from ingest.bucket.client import Bucket, Message, Queue
from ingest.bucket.events import Unreadable, created
from ingest.documents import Sent
from ingest.receiving.handover import Arrival, Refusal
from ingest.receiving.identity import door_id
from ingest.receiving.receiver import Settled
from mailroom.contracts.reasons import Reason

WAIT_SECONDS = 5
"""A long poll; not the longest, since the door is told to stop between two."""


class Notifications:
    """Objects that a queue's messages tell of; a message is deleted once the log has all of them.

    A message that cannot be understood, or whose objects could not be fetched at its last delivery, is written to the
    dead letters as it came.

    Args:
        bucket: Where objects are fetched from, and nowhere else.
        queue: Whose messages tell of them.
        max_deliveries: How often a message may come until its failure is final.
        retry_seconds: Until a message comes again whose objects could not be fetched.
    """

    def __init__(self, bucket: Bucket, queue: Queue, max_deliveries: int, retry_seconds: int) -> None:
        self._bucket = bucket
        self._queue = queue
        self._max_deliveries = max_deliveries
        self._retry_seconds = retry_seconds
        self._waiting: Sequence[Message] = ()
        self._told: dict[str, tuple[Message, frozenset[str]]] = {}

    def take(self) -> Sequence[Arrival]:
        """What the next messages tell of; those that tell of nothing are deleted."""
        while messages := self._waiting or self._queue.take(0):
            self._waiting = ()
            arrivals = self._told_by(messages)
            if arrivals:
                return arrivals
            self.settle(())
        return ()

    def _told_by(self, messages: Sequence[Message]) -> Sequence[Arrival]:
        arrivals: dict[str, Arrival] = {}
        self._told = {}
        for message in messages:
            understood = {arrival.id: arrival for arrival in self._understood(message)}
            self._told[message.id] = message, frozenset(understood)
            arrivals |= understood
        return list(arrivals.values())

    def settle(self, settled: Sequence[Settled]) -> None:
        """Delete the messages of which the log has everything; the others come again."""
        final = {
            arrival.id
            for arrival, outcome in settled
            if isinstance(outcome, Sent) or arrival.refusal is not None
        }
        self._queue.delete([message for message, ids in self._told.values() if ids <= final])
        for message, ids in self._told.values():
            if not ids <= final:
                self._queue.release(message, self._retry_seconds)

    def wait(self, stop: threading.Event) -> None:
        """Until there is a message, or somebody wants to stop."""
        while not stop.is_set() and not self._waiting:
            self._waiting = self._queue.take(WAIT_SECONDS)

    def close(self) -> None:
        """Release the connections."""
        self._bucket.close()
        self._queue.close()

    def _understood(self, message: Message) -> Sequence[Arrival]:
        if message.deliveries > self._max_deliveries:
            what = f"its objects could not be fetched at {self._max_deliveries} deliveries"
            return [self._refused(message, Reason.ORIGINAL_MISSING, what)]
        try:
            return [item.arrival(self._bucket) for item in created(message.body, self._bucket.name)]
        except Unreadable as error:
            return [self._refused(message, Reason.MALFORMED_RECORD, str(error))]

    def _refused(self, message: Message, reason: Reason, what: str) -> Arrival:
        refusal = Refusal("receive-bucket", reason, what, self._queue.name)
        identifier = door_id("queue", self._queue.url, message.id)
        place = f"{self._queue.name} message {message.id}"
        return Arrival(identifier, place, lambda: io.BytesIO(message.body.encode()), refusal=refusal)
