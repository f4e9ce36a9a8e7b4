"""Reads the four topics into a ledger, and tells of every outcome."""

from collections.abc import Callable

from mailroom.following.ledger import TOPICS, Ledger, Outcome
from mailroom.streams.base import Reader
from mailroom.streams.clock import Clock, SystemClock

BATCH = 1_000
WAIT_SECONDS = 0.2


class Follower:
    """Keeps a ledger up to date.

    Args:
        reader: Of the ledger's topics.
        ledger: The books.
        tell: Called with every outcome.
        clock: When a record was seen.
    """

    topics = TOPICS

    def __init__(
        self, reader: Reader, ledger: Ledger, tell: Callable[[Outcome], None], clock: Clock | None = None
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._tell = tell
        self._clock = clock or SystemClock()

    def until(self, done: Callable[[], bool]) -> None:
        """Read until `done` says so; it is asked after every look."""
        while not done():
            for record in self._reader.poll(BATCH, WAIT_SECONDS):
                outcome = self._ledger.add(record, self._clock.now())
                if outcome is not None:
                    self._tell(outcome)
