"""Records of other systems become documents by a mapping, or say why not."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.topic.mapped import Mapped, mapped
from ingest.topic.mapping import Mapping
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Position, Record

AT = Position("erp.outbox", 1, 7)


def mapping(**given_fields: Any) -> Mapping:
    """A mapping as YAML gives it."""
    return Mapping.model_validate({"topics": ["erp.outbox"], **given_fields})


def record(value: bytes | None, key: bytes | None = None, **headers: bytes) -> Record:
    """A record as it was polled."""
    return Record(AT.topic, key, value, tuple(headers.items()), AT)


def test_without_a_word_the_value_is_the_document() -> None:
    """Its id is made of where it lies: the same each time, and another elsewhere."""
    found = mapped(record(b"\x00\xff"), mapping())
    assert found == Mapped("7be3493d-6893-5ed6-b1a7-c799d0c9495a", b"\x00\xff", None, None)


def test_headers_and_key_name_it() -> None:
    """A header each, the key, and a constant; media types lose their parameters, names their folders."""
    rules = mapping(id={"key": True}, file_name={"header": "name"}, media_type={"header": "type"}, content={})
    given_record = record(b"x", b"k-1", name=b"C:\\in\\a.txt", type=b"Text/Plain; charset=utf-8")
    assert mapped(given_record, rules) == Mapped("k-1", b"x", "a.txt", "text/plain")


def test_json_holds_all() -> None:
    """Fields by their path; bytes as base64; a whole number serves as an id."""
    rules = mapping(
        id={"json": "meta.id"},
        file_name={"json": "meta.name"},
        media_type={"constant": "application/pdf"},
        content={"json": "body", "encoding": "base64"},
    )
    given_record = record(b'{"meta": {"id": 12, "name": "a.pdf"}, "body": "JVBERg=="}')
    assert mapped(given_record, rules) == Mapped("12", b"%PDF", "a.pdf", "application/pdf")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"no JSON", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"id": "1"}', "field body is not there"),
        (b'{"id": "1", "body": {"a": 1}}', "field body is not there, or is no text"),
        (b'{"id": "1", "body": "%%%"}', "not base64"),
        (b'{"body": "eA=="}', "the id must have"),
        (b'{"id": "a~1", "body": "eA=="}', "tilde"),
        (b'{"id": "a\\r\\nb", "body": "eA=="}', "none of them blank"),
        (b'{"id": true, "body": "eA=="}', "neither text nor a whole number"),
        (None, "is not JSON"),
    ],
)
def test_what_does_not_fit_says_why(value: bytes | None, said: str) -> None:
    """Each with the reason that its dead letter names."""
    rules = mapping(id={"json": "id"}, content={"json": "body", "encoding": "base64"})
    with pytest.raises(MalformedRecord, match=said) as caught:
        mapped(record(value), rules)
    assert caught.value.reason is Reason.MALFORMED_RECORD


@given(value=st.binary(max_size=200) | st.none(), key=st.binary(max_size=20) | st.none())
def test_any_record_is_mapped_or_refused(value: bytes | None, key: bytes | None) -> None:
    """Nothing else is ever raised."""
    rules = mapping(id={"key": True}, content={"json": "a.b", "encoding": "text"})
    with suppress(MalformedRecord):
        assert mapped(record(value, key), rules).id == (key or b"").decode()


@pytest.mark.security
@pytest.mark.parametrize(
    "content",
    [
        {"json": "url", "encoding": "uri"},
        {"url": "https://203.0.113.7/"},
        {"file": "/etc/passwd"},
        {"json": "path", "encoding": "file"},
        {"header": "ce_dataref"},
    ],
)
def test_a_mapping_that_would_fetch_something_is_refused(content: dict[str, str]) -> None:
    """Documents come from the record alone; nothing that a record names is fetched from anywhere."""
    with pytest.raises(ValueError, match="content"):
        mapping(content=content)


@pytest.mark.security
def test_an_address_in_the_content_is_text() -> None:
    """It is the document, and leads nowhere."""
    rules = mapping(content={"json": "body", "encoding": "text"})
    found = mapped(record(b'{"body": "file:///etc/passwd"}', ce_dataref=b"file:///etc/passwd"), rules)
    assert found.content == b"file:///etc/passwd"
