"""What becomes of a document: the routing rules, as pure functions of the record and its bytes.

documents.raw ──▶ text found      ──▶ documents.text
              ──▶ pages to read   ──▶ documents.scanned
              ──▶ parts within    ──▶ each of them likewise, under an id of its own
              ──▶ anything broken ──▶ documents.dead-letter, key and value as received
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Record, Source
from mailroom.extract import Extracted, Limits, PagesFound, TextFound
from mailroom.extract.results import Part
from mailroom.objects import StoreUnavailable
from mailroom.streams.clock import Clock, rfc3339
from mailroom.textprep import cleanse
from stream_processing.arrivals import Arrival, Desk, Store
from stream_processing.nesting import Nest, NestingLimits, part_records, parts_of
from stream_processing.outputs import STAGE, by_reference, refused, scanned_record, text_record

__all__ = ["STAGE", "Extractor", "Routed", "Router", "Store"]

MOST_CHARACTERS = Limits().max_characters
"""Of a cleansed text: one sign may become eighteen when it is spelt out, and a record must stay below 1 MiB."""


class Extractor(Protocol):
    """`mailroom.extract.extract`, or the same behind a sandbox."""

    def __call__(
        self, data: bytes, *, declared: str | None = None, file_name: str | None = None
    ) -> Extracted:
        """The text of a document, how many pages there are to read, or what documents are in it."""
        ...


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a record goes, and what tells it from others.

    Attributes:
        id: The document's id, or its place in the log where its id cannot be read.
        identity: What must be unique: the id, and which try at it this is. A dead letter that an operator sends again
            keeps its id; its `ce_redrive` count tells it from a repetition.
        record: What continues the document's way.
        sha256: Hex digest of the original, by which the same content is known again; None for a dead letter, of which
            nobody is a copy.
        reason: Of a dead letter, why.
    """

    id: str
    identity: str
    record: Record
    sha256: str | None = None
    reason: Reason | None = None

    @property
    def failure(self) -> tuple[Reason | None, str]:
        """Of a dead letter, its reason and the class of its error, whose message may quote the document."""
        if self.reason is None:
            return None, ""
        return self.reason, (self.record.header(h.ERROR_CLASS) or b"").decode()


@dataclass(frozen=True, slots=True)
class Router:
    """Routes one record at a time.

    Attributes:
        extract: Finds the text.
        store: Holds originals.
        clock: The time of routing.
        inline_limit: Bytes up to which a document travels in its record.
        max_bytes: Bytes above which a document is dead-lettered.
        keep_originals: Whether every document is kept in the store, whatever its size.
        nesting: What one record may hold.
    """

    extract: Extractor
    store: Store
    clock: Clock
    inline_limit: int
    max_bytes: int
    keep_originals: bool = True
    nesting: NestingLimits = field(default_factory=NestingLimits)
    _desk: Desk = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_desk", Desk(self.store, self.clock, self.max_bytes))

    def route(self, record: Record) -> list[Routed]:
        """What continues the document's way, and that of each document within it, at least one record in all.

        What cannot be processed becomes a dead letter that says why. A container without a text of its own (an archive)
        has no record: its parts name it.

        Raises:
            StoreUnavailable: The object store does not answer: no fault of the document, which must be tried again.
        """
        nest, waiting, routed = Nest(self.nesting, self.clock), [(record, 0)], []
        while waiting:
            current, depth = waiting.pop()
            own, within = self._step(current, depth, nest)
            if own is not None:
                routed.append(own)
            waiting += [(part, depth + 1) for part in reversed(within)]
        return routed

    def _step(self, record: Record, depth: int, nest: Nest) -> tuple[Routed | None, Sequence[Record]]:
        """One document's own record, and the documents in it."""
        identifier = identity = str(record.position)
        try:
            identifier = codec.document_id(record)
            identity = _identity(identifier, codec.text_header(record, h.REDRIVE))
            if depth:
                nest.require_time()
            return self._document(record, identifier, identity, depth, nest)
        except MalformedRecord as error:
            reason, letter = error.reason, refused(record, error.reason, error)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours must not stop the stream: it is written down
            reason, letter = Reason.INTERNAL, refused(record, Reason.INTERNAL, error)
        return Routed(identifier, identity, self._sized(letter, nest) if depth else letter, reason=reason), ()

    def _document(
        self, record: Record, identifier: str, identity: str, depth: int, nest: Nest
    ) -> tuple[Routed | None, Sequence[Record]]:
        arrival = self._desk.arrival(record, identifier)
        found = self.extract(arrival.content, declared=arrival.declared, file_name=arrival.file_name)
        parts = parts_of(found)
        if parts:
            nest.take(parts, depth)
        source = self._kept(arrival, found.media_type)
        own = self._own(arrival, found, source, parts, nest)
        routed = None if own is None else Routed(identifier, identity, own, source.sha256)
        return routed, part_records(arrival, parts)

    def _kept(self, arrival: Arrival, media_type: str) -> Source:
        """The original, with its place in the store."""
        digest, dataref = hashlib.sha256(arrival.content).hexdigest(), arrival.dataref
        if dataref is None and self.keep_originals:
            dataref = self.store.put(arrival.content, sha256=digest)
        return arrival.source(media_type, digest, dataref)

    def _own(
        self, arrival: Arrival, found: Extracted, source: Source, parts: Sequence[Part], nest: Nest
    ) -> Record | None:
        """The record of the document itself; None for one that only holds others."""
        if isinstance(found, PagesFound):
            return self._scanned(arrival, found, source, nest)
        own = self._text(arrival, found, source) if isinstance(found, TextFound) else None
        if own is not None:
            nest.take_text(len(own.value or b""))
        elif not parts:
            raise MalformedRecord(Reason.NO_TEXT, "no text is left after cleansing")
        return own

    def _text(self, arrival: Arrival, found: TextFound, source: Source) -> Record | None:
        clean = cleanse(found.text)
        if not clean.text:
            return None
        if len(clean.text) > MOST_CHARACTERS:
            clean = replace(clean, text=clean.text[:MOST_CHARACTERS])
        return text_record(arrival, clean, source, rfc3339(self.clock.now()))

    def _scanned(self, arrival: Arrival, found: PagesFound, source: Source, nest: Nest) -> Record:
        """Above the inline limit the record carries a reference in place of the bytes."""
        content: bytes | None = arrival.content
        if not self._inline(arrival.content, nest):
            content = None
            reference = source.dataref or self.store.put(arrival.content, sha256=source.sha256)
            source = replace(source, dataref=reference)
        return scanned_record(arrival, content, found.pages, source, rfc3339(self.clock.now()))

    def _sized(self, letter: Record, nest: Nest) -> Record:
        """The dead letter of a part: above the inline limit a reference, since nobody else has the bytes."""
        content = letter.value or b""
        if self._inline(content, nest):
            return letter
        digest = hashlib.sha256(content).hexdigest()
        return by_reference(letter, self.store.put(content, sha256=digest), digest)

    def _inline(self, content: bytes, nest: Nest) -> bool:
        return len(content) <= self.inline_limit and nest.has_room(len(content))


def _identity(identifier: str, attempt: str | None) -> str:
    # Quoted, so that no id can be spelt like another one's second try.
    return f"{attempt!r} {identifier}"
