"""Documents within documents: how many, how deep, and what a part is as a record of its own.

A part goes its way as if it had been sent by itself: its record has the id of its place in its parent, so that it can
be dead-lettered, and sent again, like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailroom.contracts import headers as h
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.parts import part_id
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Header, Record
from mailroom.contracts.topics import MAX_RECORD_BYTES
from mailroom.extract.results import Extracted, PagesFound, Part
from mailroom.streams.clock import Clock
from stream_processing.arrivals import Arrival

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class NestingLimits:
    """What one record may hold, all levels together; what is beyond is dead-lettered.

    Attributes:
        depth: Levels of documents within documents: 1 is a mail with attachments.
        parts: Documents.
        bytes: Of all of them, unpacked.
        seconds: After so long the remaining ones are dead-lettered, to be sent again by themselves: a checkpoint waits
            for the record.
        inline_bytes: Of pages and dead letters that travel in their records; later ones go by reference.
        text_bytes: Of texts. All outputs of a record leave Python at once, and lie in the JVM's memory together.
    """

    depth: int = 5
    parts: int = 500
    bytes: int = 100 * MIB
    seconds: float = 60.0
    inline_bytes: int = 8 * MIB
    text_bytes: int = MAX_RECORD_BYTES


@dataclass(slots=True)
class Nest:
    """What has been taken out of one record so far."""

    limits: NestingLimits
    clock: Clock
    parts: int = 0
    bytes: int = 0
    inline: int = 0
    text: int = 0
    _begun: float = field(init=False)

    def __post_init__(self) -> None:
        self._begun = self.clock.monotonic()

    def take(self, parts: Sequence[Part], depth: int) -> None:
        """Take in a container's parts, all or none.

        Raises:
            MalformedRecord: They are too many, too large or too deep (oversized).
        """
        count, size = self.parts + len(parts), self.bytes + sum(len(part.content) for part in parts)
        if depth >= self.limits.depth:
            raise _oversized(f"documents within documents, {depth + 1} levels deep", self.limits.depth)
        if count > self.limits.parts:
            raise _oversized(f"{count:,} documents within one", self.limits.parts)
        if size > self.limits.bytes:
            raise _oversized(f"{size:,} bytes of documents within one", self.limits.bytes)
        self.parts, self.bytes = count, size

    def require_time(self) -> None:
        """Refuse a part for which no time is left.

        Raises:
            MalformedRecord: It is not (too-slow).
        """
        if self.clock.monotonic() - self._begun > self.limits.seconds:
            message = f"the documents beside it took {self.limits.seconds:g} seconds: send this one again"
            raise MalformedRecord(Reason.TOO_SLOW, message)

    def has_room(self, size: int) -> bool:
        """Whether so many bytes more may travel in their record; they are then counted."""
        if self.parts and self.inline + size > self.limits.inline_bytes:
            return False
        self.inline += size
        return True

    def take_text(self, size: int) -> None:
        """Count a text.

        Raises:
            MalformedRecord: With the other texts of the record it is too large (oversized).
        """
        if self.parts and self.text + size > self.limits.text_bytes:
            raise _oversized(
                f"{self.text + size:,} bytes of text in documents within one", self.limits.text_bytes
            )
        self.text += size


def parts_of(found: Extracted) -> tuple[Part, ...]:
    """The documents that came within one."""
    return () if isinstance(found, PagesFound) else found.parts


def part_records(parent: Arrival, parts: Sequence[Part]) -> list[Record]:
    """Each part as it would be sent by itself, at its parent's place in the log.

    A redrive count stays with the parent: a part that came out at an earlier try is not another one.
    """
    return [_part_record(parent, number, part) for number, part in enumerate(parts, start=1)]


def _part_record(parent: Arrival, number: int, part: Part) -> Record:
    identifier = part_id(parent.id, number).encode()
    pairs: tuple[tuple[str, bytes | None], ...] = (
        (h.SPEC_VERSION, h.SPECIFICATION.encode()),
        (h.ID, identifier),
        (h.SOURCE, f"/{parent.record.topic}".encode()),
        (h.TYPE, h.TYPE_RAW.encode()),
        (h.TIME, parent.received_at.encode()),
        (h.SUBJECT, _spelt(part.file_name)),
        (h.CONTENT_TYPE, _spelt(part.declared)),
        (h.PARENT_ID, parent.id.encode()),
        (h.TRACEPARENT, parent.record.header(h.TRACEPARENT)),
    )
    headers: tuple[Header, ...] = tuple((name, value) for name, value in pairs if value is not None)
    record = parent.record
    return Record(record.topic, identifier, part.content, headers, record.position, record.timestamp)


def _spelt(name: str | None) -> bytes | None:
    """Whatever a container calls its part; half a surrogate pair is no reason to lose it."""
    return name.encode(errors="replace") if name else None


def _oversized(what: str, limit: int) -> MalformedRecord:
    return MalformedRecord(Reason.OVERSIZED, f"{what}, {limit:,} are allowed: send its parts by themselves")
