"""`documents.raw` in memory, with the failures of the real one: for tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.watch.raw_log import Refused
from mailroom.contracts.codec import document_id
from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.streams.errors import LogUnavailable
from mailroom.streams.memory import MemoryLog


@dataclass(slots=True)
class MemoryRawLog:
    """A raw log in a `MemoryLog`.

    Attributes:
        log: Where records go.
        refused: Ids that are refused.
        outage: `before` or `after` the next write, or None: whether a write that failed has happened.
    """

    log: MemoryLog = field(default_factory=MemoryLog)
    refused: frozenset[str] = frozenset()
    outage: str | None = None

    def ends(self) -> Mapping[int, int]:
        """The only partition's end."""
        return {0: len(self.log.topics[Topic.RAW])}

    def append(self, records: Sequence[Record]) -> Sequence[Position]:
        """Write all, or none where one is refused."""
        for index, record in enumerate(records):
            if document_id(record) in self.refused:
                raise Refused(index, "too large")
        outage, self.outage = self.outage, None
        if outage == "before":
            raise LogUnavailable("gone before the write")
        positions = [self.log.append(record) for record in records]
        if outage == "after":
            raise LogUnavailable("gone after the write")
        return positions

    def find(self, ids: Collection[str], since: Mapping[int, int]) -> Mapping[str, Position]:
        """Look the ids up from an offset on."""
        records = self.log.topics[Topic.RAW][since.get(0, 0) :]
        found = {document_id(record): record.position for record in records if record.position is not None}
        return {identifier: found[identifier] for identifier in ids if identifier in found}

    def close(self) -> None:
        """Nothing is held."""
