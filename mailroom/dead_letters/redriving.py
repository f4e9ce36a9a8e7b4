"""Sending dead letters again: each at most once, and all that is written for it in one transaction.

A copy and a mark in `documents.redriven` that names its letter are committed together. A verb that is killed leaves
either both or neither, and the next one skips what is marked. What fails again is a new letter, which has no mark.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mailroom.contracts import codec
from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.dead_letters.copying import Copy, copy_of, leads_back
from mailroom.dead_letters.letters import Letter, letter_of
from mailroom.dead_letters.selection import Selection
from mailroom.streams.clock import Clock, rfc3339
from mailroom.streams.errors import WorkLost

BATCH = 200
BATCH_BYTES = 16 * 1024 * 1024

NO_WAY_BACK = (
    "no stage reads what it came from: `dead-letters show ID --output FILE`, then `mailroom send FILE`"
)


class Log(Protocol):
    """The log, as far as a redrive needs it."""

    def records(self, topic: str) -> Iterable[Record]:
        """What a topic holds now."""
        ...

    def at(self, position: Position) -> Record | None:
        """The record of a place, if there is one."""
        ...


class Writer(Protocol):
    """Writes records together or not at all."""

    def write(self, records: Sequence[Record]) -> None:
        """Write them.

        Raises:
            WorkLost: They were refused, and none is visible.
        """
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """The value of `documents.redriven`: a letter that was sent again; its key is the letter's place.

    Attributes:
        id: The document's id.
        letter: Where the letter lies.
        redrive: The count that its copy carries.
        at: RFC 3339 time.
    """

    id: str
    letter: Position
    redrive: int
    at: str


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of a letter; `problem` says why it was not sent."""

    letter: Letter
    copy: Copy | None
    problem: str | None = None


@dataclass(slots=True)
class Redrive:
    """One run.

    Attributes:
        log: What is read.
        writer: What is written with; None for a rehearsal.
        clock: Dates the marks.
        again: Whether letters are sent that were sent before.
        limit: Letters at most.
        already: Letters passed over, since they were sent before.
        left: Letters passed over, since the limit was reached.
    """

    log: Log
    writer: Writer | None
    clock: Clock
    again: bool = False
    limit: int | None = None
    already: int = 0
    left: int = 0
    _waiting: list[Redriven] = field(default_factory=list)
    _stale: set[str] = field(default_factory=set)

    def run(self, chosen: Selection) -> Iterator[Redriven]:
        """Send what is chosen; each is told once it is committed.

        At the end the marks of letters that the log has forgotten are forgotten, too.
        """
        taken = 0
        for record in self._wanted(chosen):
            if self.limit is not None and taken >= self.limit:
                self.left += 1
                continue
            taken += 1
            self._waiting.append(self._prepare(record))
            if len(self._waiting) >= BATCH or self._bytes() >= BATCH_BYTES:
                yield from self._commit()
        yield from self._commit()
        self._forget()

    def _wanted(self, chosen: Selection) -> Iterator[Record]:
        marked = marks(self.log)
        self._stale = set(marked)
        for record in self.log.records(Topic.DEAD_LETTER):
            self._stale.discard(str(record.position))
            letter = letter_of(record, redriven=str(record.position) in marked)
            if not chosen.takes(letter):
                continue
            if letter.redriven and not self.again:
                self.already += 1
            else:
                yield record

    def _forget(self) -> None:
        if self.writer is not None and self._stale:
            self.writer.write([Record(Topic.REDRIVEN, place.encode(), None) for place in sorted(self._stale)])

    def _prepare(self, record: Record) -> Redriven:
        letter = letter_of(record)
        if not leads_back(record):
            return Redriven(letter, None, NO_WAY_BACK)
        return Redriven(letter, copy_of(record, self.log.at(letter.failure.position)))

    def _bytes(self) -> int:
        return sum(each.letter.size or 0 for each in self._waiting)

    def _commit(self) -> list[Redriven]:
        waiting, self._waiting = self._waiting, []
        return self._written(waiting) if self.writer is not None else waiting

    def _written(self, waiting: list[Redriven]) -> list[Redriven]:
        """Where the log refuses some together, one of them is the cause: each is tried alone."""
        records = [record for each in waiting for record in self._records(each)]
        if self.writer is None or not records:
            return waiting
        try:
            self.writer.write(records)
        except WorkLost as error:
            if len(waiting) == 1:
                return [Redriven(waiting[0].letter, None, str(error))]
            return [done for each in waiting for done in self._written([each])]
        return waiting

    def _records(self, each: Redriven) -> list[Record]:
        if each.copy is None:
            return []
        letter = each.letter
        mark = Mark(letter.id, letter.place, letter.attempt + 1, rfc3339(self.clock.now()))
        return [
            each.copy.record,
            Record(Topic.REDRIVEN, str(letter.place).encode(), codec.encode(mark)),
        ]


def marks(log: Log) -> frozenset[str]:
    """The places of all letters that were sent again."""
    newest = {record.key: record.value for record in log.records(Topic.REDRIVEN) if record.key}
    return frozenset(key.decode(errors="replace") for key, value in newest.items() if value is not None)
