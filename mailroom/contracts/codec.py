"""The only module that knows the bytes of a record.

JSON values are UTF-8, keys in the order of the class, no blanks; what is absent is null. A reader ignores fields that
it does not know, so that a newer writer of the same schema version can add some: behind all others, and left out where
they are absent, since the bytes of a version never change. msgspec reads and writes them, and
checks every field against the class: it is the one library that the contracts need beyond the standard one, since
each document is written twice and read twice, and it takes a sixth of the standard library's time.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from mailroom.contracts import headers as h
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import SCHEMA_VERSION, Header, Position, Record, ScannedDocument, Source

Value = TypeVar("Value")

_ENCODER = msgspec.json.Encoder()
_ADDED_ABSENT = (
    b',"parent":null',
    b',"deciding_page":null',
    b',"duplicate_of":null',
    b',"withdrawn":false',
)
"""What was added within a version, as it is written where it is absent. No text can hold it: a quotation mark within a
string has a backslash before it, and never a comma."""


@dataclass(frozen=True, slots=True)
class _Versioned:
    schema_version: int = SCHEMA_VERSION


def encode(value: Any) -> bytes:
    """A contract's dataclass as canonical JSON bytes."""
    data = _ENCODER.encode(value)
    for absent in _ADDED_ABSENT:
        data = data.replace(absent, b"")
    return data


def decode(kind: type[Value], data: bytes | None) -> Value:
    """JSON bytes as a contract's dataclass.

    Raises:
        MalformedRecord: Not JSON, a field missing or of another type, or an unknown schema version.
    """
    try:
        value = _decoder(cast("Any", kind)).decode(data or b"")
    except (msgspec.DecodeError, RecursionError) as error:
        _require_version(kind, _version_of(data or b""))
        raise MalformedRecord(
            Reason.MALFORMED_RECORD, f"not the JSON of a {kind.__name__}: {error}"
        ) from error
    _require_version(kind, getattr(value, "schema_version", SCHEMA_VERSION))
    return cast("Value", value)


def _version_of(data: bytes) -> int:
    """The version that a value claims which cannot be read as one of ours; ours where it claims none."""
    try:
        return int(_decoder(_Versioned).decode(data).schema_version)
    except (msgspec.DecodeError, RecursionError):
        return SCHEMA_VERSION


def _require_version(kind: type, version: int) -> None:
    if version != SCHEMA_VERSION:
        message = (
            f"schema version {version} of {kind.__name__} is unknown here, {SCHEMA_VERSION} is read: upgrade"
        )
        raise MalformedRecord(Reason.MALFORMED_RECORD, message)


@cache
def _decoder(kind: Any) -> Any:
    return msgspec.json.Decoder(kind)


def scanned_headers(document: ScannedDocument) -> tuple[Header, ...]:
    """The headers of a `documents.scanned` record; its value is the content alone."""
    source = document.source
    pairs: list[tuple[str, object]] = [
        (h.SPEC_VERSION, h.SPECIFICATION), (h.ID, document.id), (h.SOURCE, f"/{source.topic}"),
        (h.TYPE, h.TYPE_SCANNED), (h.TIME, source.received_at), (h.SUBJECT, source.file_name),
        (h.CONTENT_TYPE, source.media_type), (h.DATAREF, source.dataref), (h.SHA256, source.sha256),
        (h.SIZE, source.size), (h.PAGES, document.pages), (h.RAW_TOPIC, source.topic),
        (h.RAW_PARTITION, source.partition), (h.RAW_OFFSET, source.offset), (h.CLEANSED_AT, document.cleansed_at),
        (h.PARENT_ID, source.parent),
    ]  # fmt: skip
    return tuple((name, str(value).encode()) for name, value in pairs if value is not None)


def decode_scanned(record: Record) -> ScannedDocument:
    """A `documents.scanned` record as a value.

    Raises:
        MalformedRecord: A header is missing or unreadable.
    """
    source = Source(
        topic=_text(record, h.RAW_TOPIC),
        partition=_number(record, h.RAW_PARTITION),
        offset=_number(record, h.RAW_OFFSET),
        media_type=_text(record, h.CONTENT_TYPE),
        size=_number(record, h.SIZE),
        sha256=_text(record, h.SHA256),
        received_at=_text(record, h.TIME),
        file_name=text_header(record, h.SUBJECT),
        dataref=text_header(record, h.DATAREF),
        parent=text_header(record, h.PARENT_ID),
    )
    return ScannedDocument(
        id=_text(record, h.ID),
        content=record.value or None,
        pages=_number(record, h.PAGES),
        source=source,
        cleansed_at=_text(record, h.CLEANSED_AT),
    )


def text_header(record: Record, name: str) -> str | None:
    """A header as text, or None where it is absent.

    Raises:
        MalformedRecord: It is not UTF-8.
    """
    value = record.header(name)
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        message = f"header {name} is not UTF-8: send it as UTF-8 text"
        raise MalformedRecord(Reason.MALFORMED_HEADER, message) from error


def document_id(record: Record) -> str:
    """The document's id: `ce_id`, else topic, partition and offset of the record.

    A key alone never serves as the id: foreign producers use keys that repeat (a customer, a mailbox).

    Raises:
        MalformedRecord: `ce_id` is empty, too long or not UTF-8.
    """
    identifier = text_header(record, h.ID)
    if identifier is None:
        return str(_position(record))
    most = h.MAX_ID_CHARACTERS if record.header(h.PARENT_ID) is None else h.MAX_PART_ID_CHARACTERS
    if not identifier.strip() or len(identifier) > most:
        message = f"header {h.ID} must have 1 to {most} characters, it has {len(identifier)}"
        raise MalformedRecord(Reason.MALFORMED_HEADER, message)
    return identifier


def _position(record: Record) -> Position:
    if record.position is None:
        message = "a record that was not read from a log has no id of its own: give it a ce_id header"
        raise MalformedRecord(Reason.MALFORMED_HEADER, message)
    return record.position


def _text(record: Record, name: str) -> str:
    value = text_header(record, name)
    if value is None:
        raise MalformedRecord(Reason.MALFORMED_HEADER, f"header {name} is missing")
    return value


def _number(record: Record, name: str) -> int:
    value = _text(record, name)
    if not value.isdecimal():
        raise MalformedRecord(Reason.MALFORMED_HEADER, f"header {name} is no whole number: {value[:40]!r}")
    return int(value)
