"""A bucket that is listed again and again."""

import threading
from collections.abc import Iterator, Sequence

from ingest.bucket.client import Bucket, Found
from ingest.bucket.journal import Journal
from ingest.bucket.objects import ObjectVersion
from ingest.documents import Sent
from ingest.errors import Unsendable
from ingest.receiving.handover import Arrival
from ingest.receiving.receiver import Settled
from mailroom.settings import MIB

BATCH_OBJECTS = 200
BATCH_BYTES = 16 * MIB


class Listing:
    """Objects below a prefix that the journal does not know as settled.

    Args:
        bucket: Where.
        prefix: How their keys begin.
        journal: Knows what was settled.
        move_to: A prefix that received objects are moved below; None leaves them where they are.
        poll_seconds: Between two looks.
    """

    def __init__(
        self, bucket: Bucket, prefix: str, journal: Journal, move_to: str | None, poll_seconds: float
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._journal = journal
        self._move_to = move_to
        self._poll_seconds = poll_seconds
        self._versioned = bucket.versioned()
        self._look: Iterator[Found] | None = None
        self._taken: dict[str, Found] = {}

    def take(self) -> Sequence[Arrival]:
        """The next of this look; empty at its end, and the next call begins another."""
        self._look = self._look or self._unsettled()
        self._taken, arrivals, size = {}, [], 0
        for item in self._look:
            arrival = self._arrival(item)
            if arrival is None:
                continue
            self._taken[arrival.id] = item
            arrivals.append(arrival)
            size += item.size
            if len(arrivals) >= BATCH_OBJECTS or size >= BATCH_BYTES:
                return arrivals
        self._look = None if not arrivals else iter(())
        return arrivals

    def settle(self, settled: Sequence[Settled]) -> None:
        """Note what became of each, then move what was sent; what a kill keeps from moving, the next look moves."""
        done = [self._taken[arrival.id] for arrival, outcome in settled if isinstance(outcome, Sent)]
        failed = [self._taken[arrival.id] for arrival, outcome in settled if not isinstance(outcome, Sent)]
        self._journal.note(done, failed)
        for item in done:
            self._move(item)

    def wait(self, stop: threading.Event) -> None:
        """Until the next look."""
        stop.wait(self._poll_seconds)

    def close(self) -> None:
        """Release connections and journal."""
        self._bucket.close()
        self._journal.close()

    def _unsettled(self) -> Iterator[Found]:
        for item in self._bucket.list(self._prefix):
            moved = self._move_to is not None and item.key.startswith(self._move_to)
            if moved or item.key.endswith("/"):
                continue
            fate = self._journal.fate(item)
            if fate is None:
                yield item
            elif fate:
                self._move(item)

    def _move(self, item: Found) -> None:
        if self._move_to is not None:
            self._bucket.move(item.key, self._move_to + item.key.removeprefix(self._prefix))

    def _arrival(self, item: Found) -> Arrival | None:
        try:
            version = self._bucket.version(item.key) if self._versioned else None
        except Unsendable:  # removed since the look began
            return None
        return ObjectVersion(item.key, item.etag, version).arrival(self._bucket)
