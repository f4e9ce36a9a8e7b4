"""The only module that knows the bytes of a record.

JSON values are UTF-8, keys in the order of the class, no blanks; `None` fields are left out. A reader ignores
fields that it does not know, so that a newer writer of the same schema version can add some.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, Union

from mailroom.contracts import headers as h
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import SCHEMA_VERSION, Header, Position, Record, ScannedDocument, Source

Value = TypeVar("Value")

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SCALARS = frozenset({str, int, float, bool})


def encode(value: Any) -> bytes:
    """A contract's dataclass as canonical JSON bytes."""
    return _JSON.encode(_plain(value)).encode()


def decode(kind: type[Value], data: bytes | None) -> Value:
    """JSON bytes as a contract's dataclass.

    Raises:
        MalformedRecord: Not JSON, a field missing or of another type, or an unknown schema version.
    """
    try:
        fields = json.loads(data or b"")
    except (ValueError, RecursionError) as error:
        raise MalformedRecord(
            Reason.MALFORMED_RECORD, f"not the JSON of a {kind.__name__}: {error}"
        ) from error
    version = fields.get("schema_version", SCHEMA_VERSION) if isinstance(fields, dict) else SCHEMA_VERSION
    if version != SCHEMA_VERSION:
        message = (
            f"schema version {version} of {kind.__name__} is unknown here, {SCHEMA_VERSION} is read: upgrade"
        )
        raise MalformedRecord(Reason.MALFORMED_RECORD, message)
    schema: Any = kind
    return typing.cast(Value, _builder(schema, kind.__name__)(fields))


def scanned_headers(document: ScannedDocument) -> tuple[Header, ...]:
    """The headers of a `documents.scanned` record; its value is the content alone."""
    source = document.source
    pairs: list[tuple[str, object]] = [
        (h.SPEC_VERSION, h.SPECIFICATION), (h.ID, document.id), (h.SOURCE, f"/{source.topic}"),
        (h.TYPE, h.TYPE_SCANNED), (h.TIME, source.received_at), (h.SUBJECT, source.file_name),
        (h.CONTENT_TYPE, source.media_type), (h.DATAREF, source.dataref), (h.SHA256, source.sha256),
        (h.SIZE, source.size), (h.PAGES, document.pages), (h.RAW_TOPIC, source.topic),
        (h.RAW_PARTITION, source.partition), (h.RAW_OFFSET, source.offset), (h.CLEANSED_AT, document.cleansed_at),
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
    if not identifier.strip() or len(identifier) > h.MAX_ID_CHARACTERS:
        message = f"header {h.ID} must have 1 to {h.MAX_ID_CHARACTERS} characters, it has {len(identifier)}"
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


def _plain(value: Any) -> Any:
    kind: Any = type(value)
    if kind is tuple:
        return [_plain(item) for item in value]
    return {
        name: item if type(item) in _SCALARS else _plain(item)
        for name in _names(kind)
        if (item := getattr(value, name)) is not None
    } or value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


# What a type's values must be is worked out once: a record is decoded for every document, its type never changes.
@cache
def _builder(kind: Any, path: str) -> Callable[[Any], Any]:
    """What checks a value against a type (dataclass, tuple, optional, str, int, float) and builds it."""
    if dataclasses.is_dataclass(kind):
        return _object_builder(kind, path)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return _tuple_builder(_builder(arguments[0], path), path)
    if origin in (Union, types.UnionType):
        build = _builder(arguments[0], path)
        return lambda value: None if value is None else build(value)
    return _scalar_builder(kind, path)


def _object_builder(kind: Any, path: str) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    fields = [
        (
            field.name,
            _builder(hints[field.name], f"{path}.{field.name}"),
            field.default is dataclasses.MISSING,
        )
        for field in dataclasses.fields(kind)
    ]

    def build(value: Any) -> Any:
        _require(isinstance(value, dict), path, "an object")
        arguments = {}
        for name, build_field, required in fields:
            if name in value:
                arguments[name] = build_field(value[name])
            else:
                _require(not required, f"{path}.{name}", "present")
        return kind(**arguments)

    return build


def _tuple_builder(build_item: Callable[[Any], Any], path: str) -> Callable[[Any], Any]:
    def build(value: Any) -> Any:
        _require(isinstance(value, list), path, "a list")
        return tuple(map(build_item, value))

    return build


def _scalar_builder(kind: Any, path: str) -> Callable[[Any], Any]:
    accepted = (int, float) if kind is float else (kind,)

    def build(value: Any) -> Any:
        _require(type(value) in accepted, path, kind.__name__)
        return value

    return build


def _require(condition: bool, path: str, what: str) -> None:
    if not condition:
        raise MalformedRecord(Reason.MALFORMED_RECORD, f"{path} is not {what}")
