"""What is sent again for a dead letter."""

import pytest

from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.records import Failure, Header, Position, Record
from mailroom.dead_letters.copying import LOST_HEADERS, LOST_TIME, copy_of, leads_back

RAW = Position("documents.raw", 1, 7)
TEXT = Position("documents.text", 0, 3)


def letter(*headers: Header, position: Position = RAW, value: bytes | None = b"v", at: float = 0.0) -> Record:
    """A dead letter with these headers beside those of its error."""
    record = Record("documents.raw", b"k", value, headers)
    found = dead_letter(record, Failure("stage", "oversized", "because", position))
    return Record(
        found.topic, found.key, found.value, found.headers, Position("documents.dead-letter", 0, 5), at
    )


def test_the_original_is_copied_with_its_count_raised() -> None:
    """Repeated headers and their order are the original's; nothing is lost."""
    original = Record("documents.raw", b"k", b"v", (("x", b"1"), ("ce_id", b"a"), ("x", b"2")), RAW, 86_400.0)
    found = copy_of(letter(("x", b"2"), ("ce_id", b"a")), original)
    assert (found.taken_from, found.lost) == ("original", ())
    added = (("ce_time", b"1970-01-02T00:00:00.000Z"), ("ce_redrive", b"1"))
    assert found.record == Record("documents.raw", b"k", b"v", original.headers + added)


def test_without_its_original_the_letter_is_copied() -> None:
    """Its error headers stay behind, and it is said what the job's header map cannot hold."""
    found = copy_of(letter(("ce_id", b"a"), ("ce_redrive", b"4")), None)
    assert (found.taken_from, found.lost) == ("dead-letter", (LOST_HEADERS, LOST_TIME))
    assert dict(found.record.headers) == {
        "ce_id": b"a",
        "ce_time": b"1970-01-01T00:00:00.000Z",
        "ce_redrive": b"5",
    }


def test_a_document_without_headers_keeps_its_name() -> None:
    """Elsewhere in the log it would be another document: its first place becomes its id."""
    found = copy_of(letter(), Record("documents.raw", b"k", b"v", (), RAW))
    assert found.record.header("ce_id") == b"documents.raw-1-7"


def test_another_record_at_the_place_is_no_original() -> None:
    """A part's letter leads to its mail, and a topic made anew holds strangers: the letter itself is copied."""
    mail = Record("documents.raw", b"mail", b"From: someone", (("ce_id", b"m"),), RAW)
    found = copy_of(letter(("ce_id", b"m~2"), ("ce_parentid", b"m"), ("ce_time", b"t")), mail)
    assert (found.record.value, found.taken_from, found.lost) == (b"v", "dead-letter", ())
    assert found.record.header("ce_parentid") == b"m"


def test_a_letter_of_the_classifier_goes_back_to_the_classifier() -> None:
    """Nothing is added but the count: the text was named and dated before, and nothing of it is lost."""
    found = copy_of(letter(("ce_id", b"a"), ("ce_id", b"b"), position=TEXT), None)
    assert found.record == Record(
        "documents.text", b"k", b"v", (("ce_id", b"a"), ("ce_id", b"b"), ("ce_redrive", b"1"))
    )
    assert found.lost == ()


@pytest.mark.parametrize("count", [b"\xff", b"-1", b"many", b"", b"9" * 50, "٣".encode()])
def test_an_unreadable_count_begins_anew(count: bytes) -> None:
    """No redrive has written it."""
    assert copy_of(letter(("ce_redrive", count)), None).record.header("ce_redrive") == b"1"


@pytest.mark.security
@pytest.mark.parametrize(
    "topic", ["", "payroll", "documents.classified", "documents.dead-letter", "__consumer_offsets"]
)
def test_a_header_leads_nowhere_but_to_the_input_of_a_stage(topic: str) -> None:
    """Who can write a dead letter cannot have other topics read or written for it."""
    assert not leads_back(letter(position=Position(topic, 0, 0)))


@pytest.mark.security
@pytest.mark.parametrize("offset", [b"9" * 5_000, "٣".encode(), b"-1", b"0x10", b""])
def test_a_hostile_offset_is_no_place(offset: bytes) -> None:
    """A number that is none, or one that no log has, leads to no original; and nothing breaks."""
    record = letter(("ce_id", b"a"))
    hostile = tuple((name, offset if name.endswith(".offset") else value) for name, value in record.headers)
    found = copy_of(Record(record.topic, record.key, record.value, hostile, record.position), None)
    assert found.record.header("ce_id") == b"a"
