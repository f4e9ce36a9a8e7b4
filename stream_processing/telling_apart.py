"""What came before: by id and by content, where no keyed state of Flink remembers it.

The same rules as in `job_sql.py`, over a memory that answers who was first.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.records import Duplicate, Position, Record
from mailroom.contracts.topics import Topic
from mailroom.settings import SameContent
from stream_processing.routing import Routed


class Firsts(Protocol):
    """Remembers who came first with something."""

    def first(self, what: str, who: str) -> str:
        """Who came first with it: `who`, unless somebody did before."""
        ...


@dataclass(frozen=True, slots=True)
class Apart:
    """Tells documents from repetitions.

    Attributes:
        firsts: The memory.
        same_content: What becomes of a document whose content came before under another id: `link`, `drop`, `ignore`.
    """

    firsts: Firsts
    same_content: SameContent

    def records(self, routed: Iterable[Routed], place: Position) -> list[Record]:
        """What is written for the documents of one record; asked again for the same place, the same.

        Args:
            routed: What the router made of it.
            place: Where the record lies.
        """
        return [self._record(each, place) for each in routed]

    def _record(self, routed: Routed, place: Position) -> Record:
        first = self.firsts.first(f"id {_digest(routed.identity)}", str(place))
        if first != str(place):
            return _duplicate(Duplicate(routed.id, _position(first), place))
        if routed.sha256 is None or self.same_content == "ignore":
            return routed.record
        return self._compared(routed, place, routed.sha256)

    def _compared(self, routed: Routed, place: Position, sha256: str) -> Record:
        earliest = self.firsts.first(f"content {sha256}", f"{place} {routed.id}")
        where, _, original = earliest.partition(" ")
        if original == routed.id:
            return routed.record
        if self.same_content == "drop":
            return _duplicate(Duplicate(routed.id, _position(where), place, duplicate_of=original))
        return replace(routed.record, headers=(*routed.record.headers, (h.DUPLICATE_OF, original.encode())))


def _digest(identity: str) -> str:
    return hashlib.sha256(identity.encode(errors="backslashreplace")).hexdigest()


def _position(text: str) -> Position:
    topic, partition, offset = text.rsplit("-", 2)
    return Position(topic, int(partition), int(offset))


def _duplicate(duplicate: Duplicate) -> Record:
    headers = (
        (h.SPEC_VERSION, h.SPECIFICATION.encode()),
        (h.ID, duplicate.id.encode()),
        (h.SOURCE, f"/{Topic.RAW}".encode()),
        (h.TYPE, h.TYPE_DUPLICATE.encode()),
        (h.CONTENT_TYPE, b"application/json"),
    )
    return Record(Topic.DUPLICATES, duplicate.id.encode(), codec.encode(duplicate), headers)
