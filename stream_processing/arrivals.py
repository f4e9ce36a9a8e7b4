"""What has arrived: a record's bytes and what its headers say of them."""

from dataclasses import dataclass
from typing import Protocol

from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Position, Record, Source
from mailroom.streams.clock import Clock, parse_rfc3339, rfc3339

MOST_DIGITS = 18


class Store(Protocol):
    """The object store, as far as routing needs it."""

    def put(self, data: bytes, *, sha256: str | None = None) -> str:
        """Keep bytes, whose digest may be known already; answer their URI."""
        ...

    def get(self, uri: str, *, sha256: str | None = None) -> bytes:
        """The bytes of a URI, digest verified."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document to be routed.

    Attributes:
        record: As received; of a part, as it would be sent by itself.
        id: Its id.
        content: Its bytes.
        dataref: Where they lie in the object store, if they came from there.
        file_name: The sender's name for it.
        declared: The media type that the sender declares.
        received_at: RFC 3339 time of entry.
        parent: Id of the document that it is a part of.
    """

    record: Record
    id: str
    content: bytes
    dataref: str | None
    file_name: str | None
    declared: str | None
    received_at: str
    parent: str | None

    def source(self, media_type: str, sha256: str, dataref: str | None) -> Source:
        """What records say of the original: what it is, its hex digest, and where it is kept."""
        position = position_of(self.record)
        return Source(
            topic=position.topic,
            partition=position.partition,
            offset=position.offset,
            media_type=media_type,
            size=len(self.content),
            sha256=sha256,
            received_at=self.received_at,
            file_name=self.file_name,
            dataref=dataref,
            parent=self.parent,
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes records in.

    Attributes:
        store: Holds documents above the inline limit.
        clock: The time of routing.
        max_bytes: Bytes above which a document is dead-lettered.
    """

    store: Store
    clock: Clock
    max_bytes: int

    def arrival(self, record: Record, identifier: str) -> Arrival:
        """The document in a record.

        Raises:
            MalformedRecord: There is none, it is too large, or a header cannot be read.
            StoreUnavailable: The object store does not answer.
        """
        content, dataref = self._content(record)
        return Arrival(
            record=record,
            id=identifier,
            content=content,
            dataref=dataref,
            file_name=codec.text_header(record, h.SUBJECT),
            declared=codec.text_header(record, h.CONTENT_TYPE),
            received_at=self._received_at(record),
            parent=codec.text_header(record, h.PARENT_ID),
        )

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


def position_of(record: Record) -> Position:
    """Where a record was read.

    Raises:
        MalformedRecord: Nowhere.
    """
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
