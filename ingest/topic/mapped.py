"""A record of another system as a document, by a mapping: pure."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ingest.receiving.identity import door_id
from ingest.receiving.names import file_name
from ingest.topic.mapping import FromConstant, FromHeader, FromKey, Mapping, Text
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.headers import MAX_ID_CHARACTERS
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Record

_ID = re.compile(rf"[^\x00-\x20\x7f~]{{1,{MAX_ID_CHARACTERS}}}")
"""No blanks and control characters; and no tilde, which stands between a document and its parts."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping found in a record."""

    id: str
    content: bytes
    file_name: str | None
    media_type: str | None


def mapped(record: Record, mapping: Mapping) -> Mapped:
    """Find a document in a record.

    Raises:
        MalformedRecord: Something that the mapping names is not there, or is not what it should be.
    """
    found = _Found(record)
    return Mapped(
        _identifier(found, mapping),
        _content(found, mapping),
        file_name(_optional(found.text, mapping.file_name)),
        _media_type(_optional(found.text, mapping.media_type)),
    )


class _Found:
    """A record, its JSON read at most once."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @cached_property
    def _json(self) -> Any:
        try:
            return json.loads(self.record.value or b"")
        except (ValueError, RecursionError) as error:
            raise malformed("the value is not JSON, in which the mapping looks for fields") from error

    def field(self, path: str) -> Any:
        found = self._json
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def text(self, place: Text) -> str | None:
        """What is at a place, None where there is nothing."""
        match place:
            case FromConstant():
                return place.constant
            case FromHeader():
                return _decoded(self.record.header(place.header), f"header {place.header}")
            case FromKey():
                return _decoded(self.record.key, "the key")
        value = self.field(place.json_field)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            raise malformed(f"field {place.json_field} is neither text nor a whole number")
        return None if value is None else str(value)


def malformed(message: str) -> MalformedRecord:
    """A record that the mapping does not fit."""
    return MalformedRecord(Reason.MALFORMED_RECORD, message)


def _optional(find: Callable[[Text], str | None], place: Text | None) -> str | None:
    return None if place is None else find(place)


def _identifier(found: _Found, mapping: Mapping) -> str:
    if mapping.id is None:
        cluster = mapping.kafka.bootstrap if mapping.kafka else ""
        return door_id("topic", cluster, str(found.record.position))
    identifier = found.text(mapping.id)
    if identifier is None or not _ID.fullmatch(identifier):
        raise malformed(
            f"the id must have 1 to {MAX_ID_CHARACTERS} characters, none of them blank or a tilde"
        )
    return identifier


def _content(found: _Found, mapping: Mapping) -> bytes:
    path, encoding = mapping.content.json_field, mapping.content.encoding
    if path is None:
        if found.record.value is None:
            raise MalformedRecord(Reason.NULL_VALUE, "the record has no value")
        return found.record.value
    value = found.field(path)
    if not isinstance(value, str):
        raise malformed(f"field {path} is not there, or is no text")
    if encoding == "text":
        return value.encode("utf-8", "replace")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed(f"field {path} is not base64") from error


def _media_type(given: str | None) -> str | None:
    """Without parameters; what is no media type is of no use, and the bytes tell."""
    name = (given or "").partition(";")[0].strip().lower()
    return name if _MEDIA_TYPE.fullmatch(name) else None


def _decoded(data: bytes | None, what: str) -> str | None:
    try:
        return None if data is None else data.decode()
    except UnicodeDecodeError as error:
        raise malformed(f"{what} is not UTF-8") from error
