"""A log in memory with the behaviour of the real one: for tests, and for running a part without a broker."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailroom.contracts.records import Position, Record
from mailroom.streams.base import Acknowledged
from mailroom.streams.clock import Clock, SystemClock
from mailroom.streams.errors import WorkLost


@dataclass(slots=True)
class MemoryLog:
    """Topics of one partition each, and the committed position of every group."""

    clock: Clock = field(default_factory=SystemClock)
    topics: defaultdict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    positions: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def append(self, record: Record) -> Position:
        """Write one record."""
        records = self.topics[record.topic]
        position = Position(str(record.topic), 0, len(records))
        timestamp = record.timestamp if record.timestamp is not None else self.clock.now()
        records.append(replace(record, position=position, timestamp=timestamp))
        return position


@dataclass(slots=True)
class MemorySink:
    """Writes to a `MemoryLog`; acknowledges at once."""

    log: MemoryLog

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Append the record."""
        position = self.log.append(record)
        if acknowledged is not None:
            acknowledged(position)

    def flush(self, timeout: float) -> None:
        """Nothing is ever queued."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class MemoryReader:
    """Reads topics of a `MemoryLog` from their beginning."""

    log: MemoryLog
    topics: Sequence[str]
    _next: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:  # noqa: ARG002 - nothing to wait for
        """Whatever is there, up to `limit`."""
        found: list[Record] = []
        for topic in self.topics:
            records = self.log.topics[topic][self._next[topic] :][: limit - len(found)]
            self._next[topic] += len(records)
            found += records
        return found

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class MemoryExchange:
    """Reads and writes a `MemoryLog` in transactions.

    Attributes:
        log: The log.
        topics: What is read.
        group: Whose position is kept.
        refuse: How many of the next commits are to fail, as a lost group membership would.
    """

    log: MemoryLog
    topics: Sequence[str]
    group: str
    refuse: int = 0
    _reader: MemoryReader | None = None

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Whatever is there after the group's position."""
        if self._reader is None:
            self._reader = MemoryReader(self.log, self.topics)
            for topic in self.topics:
                self._reader._next[topic] = self.log.positions[self.group, topic]  # noqa: SLF001 - our own twin
        return self._reader.poll(limit, timeout)

    def commit(self, outputs: Sequence[Record]) -> None:
        """Append the outputs and move the group's position, or do neither."""
        reader, self._reader = self._reader, None
        if self.refuse:
            self.refuse -= 1
            raise WorkLost("the transaction was refused")
        for record in outputs:
            self.log.append(record)
        for topic, position in (reader._next if reader else {}).items():  # noqa: SLF001
            self.log.positions[self.group, topic] = position

    def rewind(self) -> None:
        """Forget what was polled and not committed."""
        self._reader = None

    def behind(self) -> Mapping[str, Mapping[int, int]]:
        """What lies after the last poll, else after the group's position."""
        read = self._reader._next if self._reader else {}  # noqa: SLF001 - our own twin
        return {
            topic: {0: len(self.log.topics[topic]) - read.get(topic, self.log.positions[self.group, topic])}
            for topic in self.topics
        }

    def close(self) -> None:
        """Forget what was polled and not committed."""
        self._reader = None
