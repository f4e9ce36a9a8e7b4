"""Records for a log without headers: a CloudEvents envelope in structured mode, JSON with the value as base64.

Headers that are CloudEvents attributes stand as such, so that any CloudEvents reader understands the record. What they
cannot say (repeated headers, bytes that are no text, foreign names, keys that are no text) stands exactly in two
attributes of ours, `recordheaders` and `recordkey`. An envelope holds its data, or a claim check of ours on it
(`valueref`): nothing in it is a path or a URL that anybody opens.
"""

import base64
import binascii
import json
import re
import uuid
from dataclasses import dataclass

import msgspec

from mailroom.contracts import headers as h
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Header, Record

PLAIN = frozenset({h.TRACEPARENT, h.LABEL, h.DEPARTMENT, h.DECISION})
"""Headers whose attributes have the same name; all others of ours have the prefix of the Kafka binding."""

DATA, DATA_BASE64, DATA_TYPE = "data", "data_base64", "datacontenttype"
KEY, EXACT_KEY, EXACT_HEADERS = "partitionkey", "recordkey", "recordheaders"
VALUE_REFERENCE, VALUE_DIGEST = "valueref", "valuesha256"
_OURS = frozenset({DATA, DATA_BASE64, KEY, EXACT_KEY, EXACT_HEADERS, VALUE_REFERENCE, VALUE_DIGEST})
_REQUIRED = ("specversion", "id", "source", "type")

_PREFIX = "ce_"
_ATTRIBUTE = re.compile(r"[a-z0-9]{1,64}")
_BEGINS = re.compile(rb"\s*\{")
MOST_ATTRIBUTES = 128
_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_SIMPLE = msgspec.json.Decoder(str | int | float | bool | None)
_HEADERS = msgspec.json.Decoder(list[tuple[str, str]])


@dataclass(frozen=True, slots=True)
class Claim:
    """A value that lies in the object store: where, and the SHA-256 that it must have."""

    uri: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an envelope holds.

    Attributes:
        key: The record's key.
        value: Its value, or the claim check on it; None for a null one.
        headers: Its headers, exact where they were written here.
    """

    key: bytes | None
    value: bytes | Claim | None
    headers: tuple[Header, ...]


def encode(record: Record, claim: Claim | None = None) -> bytes:
    """A record as an envelope.

    Args:
        record: With its value, which is not written where there is a claim.
        claim: Where the value lies.
    """
    attributes = _event(record)
    exact = {} if _headers(attributes) == record.headers else {EXACT_HEADERS: _exact(record.headers)}
    body = json.dumps(
        {**attributes, **exact, **_key(record.key), **_data(record, claim)},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return body.encode()


def decode(data: bytes) -> Envelope | None:
    """An envelope's content; None for bytes that are none, which are a document as they stand.

    Raises:
        MalformedRecord: It claims to be one and breaks the rules; or it is so deep that no reader should try.
    """
    if _BEGINS.match(data) is None:
        return None
    found = _object(data)
    if found is None or "specversion" not in found:
        return None
    if len(found) > MOST_ATTRIBUTES:
        raise _malformed(f"it has {len(found)} attributes, {MOST_ATTRIBUTES} are allowed")
    attributes = {name: _simple(name, raw) for name, raw in found.items() if name != DATA}
    if attributes["specversion"] != h.SPECIFICATION:
        raise _malformed(f"specversion is {attributes['specversion']!r:.20}, 1.0 is read")
    return Envelope(_key_of(attributes), _value_of(attributes, found.get(DATA)), _headers_of(attributes))


def _object(data: bytes) -> dict[str, msgspec.Raw] | None:
    try:
        return _DECODER.decode(data)
    except RecursionError as error:
        raise _malformed("its JSON is nested too deeply") from error
    except msgspec.DecodeError:
        return None  # a document that begins with a brace


def _simple(name: str, raw: msgspec.Raw) -> str | None:
    try:
        value = _SIMPLE.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _malformed(f"attribute {name[:40]!r} is neither text, number nor truth") from error
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _attributes(headers: tuple[Header, ...]) -> dict[str, str]:
    pairs = ((_attribute(name), value) for name, value in headers)
    return {name: value.decode(errors="replace") for name, value in pairs if name is not None}


def _attribute(header: str) -> str | None:
    """The attribute of a header, or None where CloudEvents has no name for it."""
    if header in PLAIN:
        return header
    if header == h.CONTENT_TYPE:
        return DATA_TYPE
    name = header.removeprefix(_PREFIX)
    reserved = name in _OURS or name in PLAIN or name == DATA_TYPE
    return name if header.startswith(_PREFIX) and _ATTRIBUTE.fullmatch(name) and not reserved else None


def _headers(attributes: dict[str, str]) -> tuple[Header, ...]:
    return tuple((_header(name), value.encode(errors="replace")) for name, value in attributes.items())


def _header(attribute: str) -> str:
    if attribute in PLAIN:
        return attribute
    return h.CONTENT_TYPE if attribute == DATA_TYPE else _PREFIX + attribute


def _headers_of(attributes: dict[str, str | None]) -> tuple[Header, ...]:
    exact = attributes.get(EXACT_HEADERS)
    if exact is not None:
        return _read_exact(exact)
    given = {name: value for name, value in attributes.items() if value is not None and name not in _OURS}
    return _headers({name: value for name, value in given.items() if _ATTRIBUTE.fullmatch(name)})


def _exact(headers: tuple[Header, ...]) -> str:
    return json.dumps([[name, _base64(value)] for name, value in headers], separators=(",", ":"))


def _read_exact(text: str) -> tuple[Header, ...]:
    try:
        pairs = _HEADERS.decode(text.encode(errors="replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise _malformed(f"{EXACT_HEADERS} is no list of names and values") from error
    return tuple((name, _bytes(EXACT_HEADERS, value)) for name, value in pairs)


def _event(record: Record) -> dict[str, str]:
    """Its attributes, with what CloudEvents asks of every event and a bare record does not have."""
    made = (h.SPECIFICATION, str(uuid.uuid4()), f"/{record.topic}", "mailroom.record")
    found = _attributes(record.headers)
    missing = {name: value for name, value in zip(_REQUIRED, made, strict=True) if not found.get(name)}
    return {**found, **missing, _REQUIRED[0]: h.SPECIFICATION}


def _key(key: bytes | None) -> dict[str, str]:
    if key is None:
        return {}
    try:
        return {KEY: key.decode()}
    except UnicodeDecodeError:
        return {EXACT_KEY: _base64(key)}


def _key_of(attributes: dict[str, str | None]) -> bytes | None:
    exact, key = attributes.get(EXACT_KEY), attributes.get(KEY)
    if exact is not None:
        return _bytes(EXACT_KEY, exact)
    return None if key is None else key.encode(errors="replace")


def _data(record: Record, claim: Claim | None) -> dict[str, str]:
    if claim is not None:
        return {VALUE_REFERENCE: claim.uri, VALUE_DIGEST: claim.sha256}
    return {} if record.value is None else {DATA_BASE64: _base64(record.value)}


def _value_of(attributes: dict[str, str | None], data: msgspec.Raw | None) -> bytes | Claim | None:
    """Text as data is that text, whatever it looks like; any other JSON is its own bytes."""
    inline, uri = attributes.get(DATA_BASE64), attributes.get(VALUE_REFERENCE)
    if (inline is not None) + (uri is not None) + (data is not None) > 1:
        raise _malformed(f"it has more than one of {DATA}, {DATA_BASE64} and {VALUE_REFERENCE}")
    if inline is not None:
        return _bytes(DATA_BASE64, inline)
    if uri is not None:
        return Claim(uri, attributes.get(VALUE_DIGEST) or "")
    return None if data is None else _plain(data)


def _plain(data: msgspec.Raw) -> bytes | None:
    raw = bytes(data)
    if not raw.startswith(b'"'):
        return None if raw == b"null" else raw
    return msgspec.json.decode(raw, type=str).encode(errors="replace")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(f"{name} is no base64: bytes go there, never a path or an address") from error


def _malformed(what: str) -> MalformedRecord:
    return MalformedRecord(Reason.MALFORMED_RECORD, f"not a CloudEvents envelope that can be read: {what}")
