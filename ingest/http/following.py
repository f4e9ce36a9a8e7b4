"""Labels, duplicates and dead letters as they come, noted for the documents of this door and their parts.

It reads their topics whole, since no topic is sorted by doors: one look by a primary key for each record. Up to where
it has read is noted in the same transaction as what it found.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from ingest.http.entries import Entry, State
from ingest.http.journal import PART, Journal
from mailroom.contracts import headers as h
from mailroom.contracts.codec import decode, document_id, text_header
from mailroom.contracts.dead_letters import read_failure
from mailroom.contracts.errors import MailroomError, MalformedRecord
from mailroom.contracts.records import Classification, Duplicate, Record
from mailroom.contracts.topics import Topic
from mailroom.streams.base import Reader
from mailroom.streams.clock import Clock, parse_rfc3339

TOPICS = (Topic.CLASSIFIED, Topic.DUPLICATES, Topic.DEAD_LETTER)
MOST_TOGETHER = 500
POLL_SECONDS = 0.5
PAUSE_SECONDS = 5.0

Offsets = Mapping[tuple[str, int], int]


class Positioned(Reader, Protocol):
    """A reader that tells where it began."""

    starts: dict[tuple[str, int], int]


@dataclass(slots=True)
class Follower:
    """Reads in a thread of its own, and comes back after outages.

    Attributes:
        connect: Makes a reader that goes on at some offsets; without any, at the present end.
        journal: Told.
        clock: Tells when.
    """

    connect: Callable[[Offsets], Positioned]
    journal: Journal
    clock: Clock
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, name="follower", daemon=True)

    def start(self) -> None:
        """Note the present end, unless it was noted before, and begin: nothing is sent before it is noted.

        Raises:
            MailroomError: The log cannot be read, or the journal not be written.
        """
        if not self.journal.followed():
            reader = self.connect({})
            self.journal.settle((), reader.starts)
            reader.close()
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except MailroomError as error:
                structlog.get_logger().warning("labels cannot be followed now", cause=str(error))
                self._stop.wait(PAUSE_SECONDS)

    def _follow(self) -> None:
        reader = self.connect(self.journal.followed())
        try:
            while not self._stop.is_set():
                records = reader.poll(MOST_TOGETHER, POLL_SECONDS)
                if records:
                    self.journal.settle(list(outcomes(records, self.clock.now())), reached(records))
        finally:
            reader.close()


def reached(records: Sequence[Record]) -> dict[tuple[str, int], int]:
    """The next offset of each topic and partition after some records."""
    places = [record.position for record in records if record.position is not None]
    return {(place.topic, place.partition): place.offset + 1 for place in places}


def outcomes(records: Sequence[Record], now: float) -> Iterator[Entry]:
    """What records say of documents; those that say nothing readable are other people's."""
    for record in records:
        try:
            outcome = _READ[record.topic](record, now)
        except (MalformedRecord, ValueError):  # a foreign label's time may be none
            continue
        if outcome is not None:
            yield outcome


def _labelled(record: Record, now: float) -> Entry:
    label = decode(Classification, record.value)
    return Entry(
        label.id,
        _number(label.id),
        parse_rfc3339(label.source.received_at),
        State.LABELLED,
        parent=_parent(label.id),
        file_name=label.source.file_name,
        media_type=label.source.media_type,
        size=label.source.size,
        sha256=label.source.sha256,
        settled_at=now,
        label=label.label,
        department=label.department,
        decision=label.decision,
        duplicate_of=label.duplicate_of,
    )


def _dropped(record: Record, now: float) -> Entry | None:
    """Of content that came again; an id that came again says nothing new of its document."""
    again = decode(Duplicate, record.value)
    if again.duplicate_of is None:
        return None
    return Entry(
        again.id,
        _number(again.id),
        now,
        State.DUPLICATE,
        parent=_parent(again.id),
        settled_at=now,
        duplicate_of=again.duplicate_of,
    )


def _dead(record: Record, now: float) -> Entry:
    identifier = document_id(record)
    is_part = PART in identifier
    return Entry(
        identifier,
        _number(identifier),
        now,
        State.DEAD_LETTER,
        parent=_parent(identifier),
        file_name=text_header(record, h.SUBJECT),
        sha256=_digest(record) if is_part else None,
        settled_at=now,
        reason=read_failure(record).reason,
    )


_READ: Mapping[str, Callable[[Record, float], Entry | None]] = {
    Topic.CLASSIFIED: _labelled,
    Topic.DUPLICATES: _dropped,
    Topic.DEAD_LETTER: _dead,
}


def _digest(record: Record) -> str:
    given = text_header(record, h.SHA256)
    return hashlib.sha256(record.value or b"").hexdigest() if given is None else given


def _parent(identifier: str) -> str | None:
    return identifier.rpartition(PART)[0] or None


def _number(identifier: str) -> int:
    digits = identifier.rpartition(PART)[2]
    return int(digits) if digits.isdecimal() and PART in identifier else 0
