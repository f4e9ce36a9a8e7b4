"""What becomes of a document: the routing rules, as pure functions of the record and its bytes.

documents.raw ──▶ text found      ──▶ documents.text
              ──▶ pages to read   ──▶ documents.scanned
              ──▶ anything broken ──▶ documents.dead-letter, key and value as received
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Protocol

from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import (
    Failure,
    Header,
    Position,
    Record,
    ScannedDocument,
    Source,
    TextDocument,
)
from mailroom.contracts.topics import Topic
from mailroom.extract import Extracted, PagesFound, TextFound, single
from mailroom.objects import StoreUnavailable
from mailroom.streams.clock import Clock, parse_rfc3339, rfc3339
from mailroom.textprep import cleanse

STAGE = "stream-processing"
MOST_DIGITS = 18


class Store(Protocol):
    """The object store, as far as routing needs it."""

    def put(self, data: bytes) -> str:
        """Keep bytes, answer their URI."""
        ...

    def get(self, uri: str, *, sha256: str | None = None) -> bytes:
        """The bytes of a URI, digest verified."""
        ...


class Extractor(Protocol):
    """`mailroom.extract.extract`, or the same behind a sandbox."""

    def __call__(
        self, data: bytes, *, declared: str | None = None, file_name: str | None = None
    ) -> Extracted:
        """The text of a document, or how many pages there are to read."""
        ...


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a record goes, and what tells it from others.

    Attributes:
        id: The document's id, or its place in the log where its id cannot be read.
        identity: What must be unique: the id, and which try at it this is. A dead letter that an operator sends again
            keeps its id; its `ce_redrive` count tells it from a repetition.
        record: What continues the document's way.
    """

    id: str
    identity: str
    record: Record


@dataclass(frozen=True, slots=True)
class Router:
    """Routes one record at a time.

    Attributes:
        extract: Finds the text.
        store: Holds documents above the inline limit.
        clock: The time of routing.
        inline_limit: Bytes up to which a document travels in its record.
        max_bytes: Bytes above which a document is dead-lettered.
    """

    extract: Extractor
    store: Store
    clock: Clock
    inline_limit: int
    max_bytes: int

    def route(self, record: Record) -> Routed:
        """The record that continues the document's way; what cannot be processed becomes a dead letter that says why.

        Raises:
            StoreUnavailable: The object store does not answer: no fault of the document, which must be tried again.
        """
        identifier = identity = str(record.position)
        try:
            identifier = codec.document_id(record)
            identity = _identity(identifier, codec.text_header(record, h.REDRIVE))
            routed = self._routed(record, identifier)
        except MalformedRecord as error:
            routed = dead_letter(record, _failure(record, error.reason, error))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours must not stop the stream: it is written down
            routed = dead_letter(record, _failure(record, Reason.INTERNAL, error))
        return Routed(identifier, identity, routed)

    def _routed(self, record: Record, identifier: str) -> Record:
        content, dataref = self._content(record)
        file_name = codec.text_header(record, h.SUBJECT)
        declared = codec.text_header(record, h.CONTENT_TYPE)
        found = single(self.extract(content, declared=declared, file_name=file_name))
        source = self._source(record, content, found.media_type, file_name, dataref)
        if isinstance(found, TextFound):
            return self._text(record, identifier, found, source)
        return self._scanned(record, identifier, found, source, content)

    def _content(self, record: Record) -> tuple[bytes, str | None]:
        """The document's bytes, and their URI where they came from the store by a claim check."""
        reference = codec.text_header(record, h.DATAREF)
        # A value beside a reference wins: nothing says that the two are the same bytes.
        dataref = reference if reference and not record.value else None
        if dataref is not None:
            self._refuse_oversized(_declared_size(record))
            content = self.store.get(dataref, sha256=codec.text_header(record, h.SHA256))
        elif record.value is None:
            message = "the record has neither a value nor a ce_dataref header: send the document's bytes as its value"
            raise MalformedRecord(Reason.NULL_VALUE, message)
        else:
            content = record.value
        self._refuse_oversized(len(content))
        return content, dataref

    def _refuse_oversized(self, size: int) -> None:
        if size > self.max_bytes:
            message = f"{size:,} bytes, {self.max_bytes:,} are allowed: split it, or raise stream.max_document_bytes"
            raise MalformedRecord(Reason.OVERSIZED, message)

    def _source(
        self, record: Record, content: bytes, media_type: str, file_name: str | None, dataref: str | None
    ) -> Source:
        position = _position(record)
        return Source(
            topic=position.topic,
            partition=position.partition,
            offset=position.offset,
            media_type=media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            received_at=self._received_at(record),
            file_name=file_name,
            dataref=dataref,
        )

    def _received_at(self, record: Record) -> str:
        """`ce_time` where it is a time, else the log's own timestamp, else now."""
        claimed = codec.text_header(record, h.TIME)
        try:
            return rfc3339(parse_rfc3339(claimed)) if claimed else self._logged_at(record)
        except (ValueError, OverflowError) as error:
            message = f"header {h.TIME} is no RFC 3339 time with an offset: {claimed!r:.60}"
            raise MalformedRecord(Reason.MALFORMED_HEADER, message) from error

    def _logged_at(self, record: Record) -> str:
        return rfc3339(record.timestamp if record.timestamp is not None else self.clock.now())

    def _text(self, record: Record, identifier: str, found: TextFound, source: Source) -> Record:
        clean = cleanse(found.text)
        if not clean.text:
            raise MalformedRecord(Reason.NO_TEXT, "no text is left after cleansing")
        document = TextDocument(
            id=identifier,
            text=clean.text,
            language=clean.language,
            steps=clean.steps,
            prep_version=clean.prep_version,
            source=source,
            cleansed_at=rfc3339(self.clock.now()),
        )
        headers = (
            *_event_headers(identifier, source, h.TYPE_TEXT, "application/json"),
            *_carried_headers(record),
        )
        return Record(Topic.TEXT, identifier.encode(), codec.encode(document), headers)

    def _scanned(
        self, record: Record, identifier: str, found: PagesFound, source: Source, content: bytes
    ) -> Record:
        document = ScannedDocument(
            id=identifier,
            content=content,
            pages=found.pages,
            source=source,
            cleansed_at=rfc3339(self.clock.now()),
        )
        checked = self._claim_check(document)
        headers = (*codec.scanned_headers(checked), *_carried_headers(record))
        return Record(Topic.SCANNED, identifier.encode(), checked.content or b"", headers)

    def _claim_check(self, document: ScannedDocument) -> ScannedDocument:
        """Above the inline limit the record carries a reference in place of the bytes."""
        content, source = document.content or b"", document.source
        if len(content) <= self.inline_limit:
            return _replaced(document, content, None)
        return _replaced(document, None, source.dataref or self.store.put(content))


def _identity(identifier: str, attempt: str | None) -> str:
    # Quoted, so that no id can be spelt like another one's second try.
    return f"{attempt!r} {identifier}"


def _failure(record: Record, reason: Reason, error: Exception) -> Failure:
    return Failure(STAGE, reason.value, str(error), _position(record), type(error).__name__)


def _position(record: Record) -> Position:
    if record.position is None:
        message = "only a record that was read from a log can be routed"
        raise MalformedRecord(Reason.MALFORMED_RECORD, message)
    return record.position


def _declared_size(record: Record) -> int:
    """`ce_size`, 0 where it is absent: it only spares fetching what would be refused."""
    size = codec.text_header(record, h.SIZE) or "0"
    if not size.isdecimal() or len(size) > MOST_DIGITS:
        raise MalformedRecord(
            Reason.MALFORMED_HEADER, f"header {h.SIZE} is no number of bytes: {size[:40]!r}"
        )
    return int(size)


def _replaced(document: ScannedDocument, content: bytes | None, dataref: str | None) -> ScannedDocument:
    return replace(document, content=content, source=replace(document.source, dataref=dataref))


def _event_headers(identifier: str, source: Source, kind: str, content_type: str) -> tuple[Header, ...]:
    pairs = (
        (h.SPEC_VERSION, h.SPECIFICATION),
        (h.ID, identifier),
        (h.SOURCE, f"/{source.topic}"),
        (h.TYPE, kind),
        (h.TIME, source.received_at),
        (h.SUBJECT, source.file_name),
        (h.CONTENT_TYPE, content_type),
    )
    return tuple((name, value.encode()) for name, value in pairs if value is not None)


def _carried_headers(record: Record) -> tuple[Header, ...]:
    """What travels on unchanged: the trace, and how often the document was sent again."""
    carried = ((name, record.header(name)) for name in (h.TRACEPARENT, h.REDRIVE))
    return tuple((name, value) for name, value in carried if value is not None)
