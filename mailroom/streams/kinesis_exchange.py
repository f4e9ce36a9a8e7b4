"""Labels that come once, on a log that has no transactions.

Outputs are written first, then the positions of their input. A process that is killed between the two is given its
input again, and would write its outputs again: so whoever takes a shard first reads what was written to the output
streams since its position was last moved, and leaves out of its own outputs what is there already. What is left of "at
least once" is a process that hangs in the middle of a write, is replaced, and wakes up: none can foresee that.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence

from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.records import Failure, Position, Record
from mailroom.contracts.topics import Topic
from mailroom.streams.errors import DeliveryFailed, WorkLost
from mailroom.streams.kinesis import KinesisLog, KinesisSink, Opened, Opener
from mailroom.streams.kinesis_table import Positions
from mailroom.streams.shards import ENDED, Shards

WRITE_SECONDS = 60.0
MARGIN_SECONDS = 60.0
"""Clocks of this machine and of Kinesis differ by less."""


class KinesisExchange:
    """Reads shards, writes outputs, moves positions.

    Args:
        log: The connection.
        topics: What is read.
        group: Whose positions are kept.
        outputs: Topics that are written to.
        stage: Named by the dead letters of what cannot be opened.
        member: Which of `members` instances this is; they share the shards by their numbers.
        members: See `member`.
    """

    def __init__(
        self,
        log: KinesisLog,
        topics: Sequence[str],
        group: str,
        outputs: Sequence[str],
        *,
        stage: str,
        member: int = 0,
        members: int = 1,
    ) -> None:
        self._log = log
        self._stage = stage
        self._outputs = outputs
        self._positions = Positions(log.kinesis, group)
        self._opener = Opener(log.store)
        self._sink = KinesisSink(log, tries=1)  # where an answer is lost, what was written is looked up
        self._committed: dict[tuple[str, str], str | None] = {}
        self._polled: dict[tuple[str, str], str | None] = {}
        self._refused: list[Record] = []
        self._at_work = False
        self._since = time.time()
        self._shards = Shards(log.kinesis, topics, lambda number: number % members == member, self._taken)
        self._there = self._written_since(self._since)

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` records; one that cannot be opened becomes a dead letter, with the next commit or here."""
        try:
            opened = self._opened(limit, timeout)
        except BaseException:
            self.rewind()  # else what was taken from a shard would count as done with the next commit
            raise
        self._refused += [_refused(each, self._stage) for each in opened if each.problem is not None]
        readable = [each.record for each in opened if each.problem is None]
        self._at_work = self._at_work or bool(readable)
        if self._refused and not self._at_work:
            self.commit([])  # nobody else would
        return readable

    def commit(self, outputs: Sequence[Record]) -> None:
        """Write the outputs that are not there yet, then the positions of all that was polled.

        Raises:
            WorkLost: An output was not taken; what was is known, and is not written again.
            StreamError: Another instance has taken over.
        """
        moved = {**self._polled, **self._ended()}
        self._positions.require(moved)
        written = [*outputs, *self._refused]
        self._write([record for record in written if identity_of(record) not in self._there])
        self._positions.move(moved)
        self._committed.update(moved)
        self._begin()
        self._since = time.time()

    def rewind(self) -> None:
        """Read on behind the last commit."""
        for (topic, shard), cursor in self._shards.cursors.items():
            committed = self._committed.get((topic, shard))
            if cursor.after != committed:
                self._shards.forget(topic, shard, committed, None)
        self._begin()

    def behind(self) -> Mapping[str, Mapping[int, int]]:
        """Nothing: Kinesis tells a lag in time (its own metric `MillisBehindLatest`), not in records."""
        return {}

    def close(self) -> None:
        """Forget what was not committed: it is done again by the next."""
        self._sink.close()

    def _begin(self) -> None:
        self._polled.clear()
        self._refused.clear()
        self._at_work = False

    def _opened(self, limit: int, timeout: float) -> list[Opened]:
        taken = self._shards.poll(limit, timeout)
        opened = [self._opener.open(topic, shard, raw) for topic, shard, raw in taken]
        self._polled.update({(topic, shard): raw["SequenceNumber"] for topic, shard, raw in taken})
        return opened

    def _write(self, new: Sequence[Record]) -> None:
        try:
            for record in new:
                self._sink.send(record)
            self._sink.flush(WRITE_SECONDS)
        except DeliveryFailed as error:
            self._sink.forget()
            self._there |= self._written_since(self._since)
            self.rewind()
            raise WorkLost(f"outputs were refused: {error}") from error

    def _taken(self, topic: str, shard: str) -> tuple[str | None, float | None]:
        taken = self._positions.take(topic, shard)
        self._committed[topic, shard] = taken.after
        self._since = min(self._since, taken.at)
        return taken.after, None

    def _ended(self) -> dict[tuple[str, str], str | None]:
        """Shards that were read to their end since the last commit."""
        return {
            place: ENDED
            for place, cursor in self._shards.cursors.items()
            if cursor.after == ENDED and self._committed.get(place) != ENDED
        }

    def _written_since(self, since: float) -> set[str]:
        """What a replay would write again, of all that lies in the output streams since then."""
        start = since - MARGIN_SECONDS
        tail = Shards(self._log.kinesis, self._outputs, lambda _: True, lambda *_: (None, start))
        found: set[str] = set()
        while tail.unread():
            for topic, shard, raw in tail.poll(10_000, self._log.kinesis.poll_seconds):
                found.add(identity_of(self._opener.open(topic, shard, raw).record))
        return found


def identity_of(record: Record) -> str:
    """What is the same in an output and in what a replay makes of the same input, and differs between two outputs.

    Times differ between the two, places of dead letters and of duplicates do not.
    """
    names = (h.ID, h.REDRIVE, h.ERROR_TOPIC, h.ERROR_PARTITION, h.ERROR_OFFSET, h.ERROR_STAGE)
    parts = [str(record.topic).encode(), record.key, *map(record.header, names)]
    if record.topic == Topic.DUPLICATES:
        parts.append(record.value)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"-" if part is None else b"%d:" % len(part) + part)
    return digest.hexdigest()


def _refused(opened: Opened, stage: str) -> Record:
    record, problem = opened.record, opened.problem
    position = record.position or Position(record.topic, -1, -1)
    reason = problem.reason if problem is not None else ""
    return dead_letter(record, Failure(stage, reason, str(problem), position))
