"""What the codec refuses, ignores, and makes of headers."""

import re

import pytest

from mailroom.contracts import codec
from mailroom.contracts.dead_letters import dead_letter, read_failure
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Duplicate, Failure, Position, Record, ScannedDocument, Source

POSITION = Position("documents.raw", 3, 7)


def record(*headers: tuple[str, bytes], value: bytes | None = b"x") -> Record:
    """A raw record at a known place."""
    return Record("documents.raw", b"k", value, headers, POSITION)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"", "not the JSON of a Duplicate"),
        (b"\xff", "not the JSON of a Duplicate"),
        (b"[" * 100_000, "not the JSON of a Duplicate"),
        (b"[]", "not the JSON of a Duplicate: Expected `object`, got `array`"),
        (b'{"id":"a"}', "not the JSON of a Duplicate: Object missing required field `first`"),
        (b'{"id":7,"first":{},"repeated":{}}', "Expected `str`, got `int` - at `$.id`"),
        (
            b'{"id":"a","first":{"topic":"t","partition":true,"offset":0}}',
            "Expected `int`, got `bool` - at `$.first.partition`",
        ),
        (b'{"schema_version":99}', "schema version 99 of Duplicate is unknown here, 1 is read: upgrade"),
    ],
)
def test_a_broken_value_is_refused_by_name(value: bytes, message: str) -> None:
    """Whatever breaks the contract is refused with the place and the fault."""
    with pytest.raises(MalformedRecord, match=re.escape(message)) as caught:
        codec.decode(Duplicate, value)
    assert caught.value.reason is Reason.MALFORMED_RECORD


def test_unknown_fields_are_ignored() -> None:
    """A newer writer may add fields."""
    value = b'{"id":"a","first":{"topic":"t","partition":0,"offset":0},"repeated":{"topic":"t","partition":0,'
    assert codec.decode(Duplicate, value + b'"offset":1},"more":[1]}') == Duplicate(
        "a", Position("t", 0, 0), Position("t", 0, 1)
    )


def test_a_record_without_headers_is_named_after_its_place() -> None:
    """A bare record has an id of its own."""
    assert codec.document_id(record()) == "documents.raw-3-7"


def test_the_last_of_repeated_headers_counts() -> None:
    """Kafka allows a header to come twice."""
    assert codec.document_id(record(("ce_id", b"a"), ("ce_id", b"b"))) == "b"


@pytest.mark.parametrize("identifier", [b"", b"  ", b"\xff\xfe", b"x" * 513])
def test_an_impossible_id_is_a_malformed_header(identifier: bytes) -> None:
    """An id that cannot be a key is refused, never replaced in silence."""
    with pytest.raises(MalformedRecord) as caught:
        codec.document_id(record(("ce_id", identifier)))
    assert caught.value.reason is Reason.MALFORMED_HEADER


@pytest.mark.parametrize(("characters", "fits"), [(640, True), (641, False)])
def test_a_parts_id_has_room_for_its_numbers(characters: int, fits: bool) -> None:
    """A part of the longest possible id can be sent again under its own."""
    part = record(("ce_id", b"x" * characters), ("ce_parentid", b"x"))
    if fits:
        assert codec.document_id(part) == "x" * characters
    else:
        with pytest.raises(MalformedRecord):
            codec.document_id(part)


def test_a_scanned_document_survives_its_headers() -> None:
    """What routing writes into headers, the classifier reads back."""
    moment = "2026-01-01T00:00:00.000Z"
    source = Source("documents.raw", 3, 7, "image/png", 4, "00ff", moment, "Größe.png", parent="mail")
    document = ScannedDocument("mail~1", b"\x89PNG", 2, source, "2026-01-01T00:00:01.000Z")
    headers = codec.scanned_headers(document)
    assert ("ce_subject", "Größe.png".encode()) in headers
    assert ("ce_parentid", b"mail") in headers
    assert codec.decode_scanned(Record("documents.scanned", b"a", b"\x89PNG", headers)) == document


def test_a_scanned_document_without_a_size_is_refused() -> None:
    """A foreign record on the scanned topic is named for what it lacks."""
    with pytest.raises(MalformedRecord, match="header ce_rawtopic is missing"):
        codec.decode_scanned(record())


def test_a_dead_letter_keeps_the_record_and_says_why() -> None:
    """Key, value and headers stay as received; errors of an earlier failure are replaced."""
    failure = Failure("classifier", "inference-failed", "the model broke", POSITION, "ValueError")
    first = dead_letter(record(("ce_id", b"a"), value=None), failure)
    assert (first.topic, first.key, first.value) == ("documents.dead-letter", b"k", None)
    assert first.headers == (
        ("ce_id", b"a"),
        ("__connect.errors.topic", b"documents.raw"),
        ("__connect.errors.partition", b"3"),
        ("__connect.errors.offset", b"7"),
        ("__connect.errors.stage", b"classifier"),
        ("__connect.errors.reason", b"inference-failed"),
        ("__connect.errors.exception.class.name", b"ValueError"),
        ("__connect.errors.exception.message", b"the model broke"),
    )
    assert read_failure(first) == failure
    assert len(dead_letter(first, failure).headers) == 8
