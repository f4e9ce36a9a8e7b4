"""Which objects a record needs."""

import hashlib

import pytest

from mailroom.contracts import codec
from mailroom.contracts.records import Feedback, Record, Source, TextDocument
from mailroom.contracts.topics import Topic
from mailroom.originals.references import digests

A, B, C = "a" * 64, "b" * 64, "c" * 64
URI = f"s3://bucket/originals/aa/{A}".encode()
SOURCE = Source("documents.raw", 0, 0, "text/plain", 5, A, "2026-01-01T00:00:00.000Z", dataref=URI.decode())
HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
TEXT = TextDocument("a", "hello", "en", (), 1, SOURCE, "2026-01-01T00:00:00.000Z")
FEEDBACK = Feedback("a", "offer", "invoice", "clerk", "2026-01-01T00:00:00.000Z", SOURCE, "s3://b/t", B)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record(Topic.RAW, None, b"", (("ce_dataref", URI), ("ce_sha256", C.encode()))), {A, C}),
        (Record(Topic.RAW, None, b"hello"), {HELLO}),
        (Record(Topic.RAW, None, None, (("ce_dataref", b"elsewhere"), ("ce_sha256", b"none"))), set()),
        (Record(Topic.TEXT, None, codec.encode(TEXT)), {A}),
        (Record(Topic.SCANNED, None, b"", (("ce_dataref", URI),)), {A}),
        (Record(Topic.SCANNED, None, b"hello", (("ce_sha256", A.encode()),)), {A}),
        (Record(Topic.FEEDBACK, None, codec.encode(FEEDBACK)), {A, B}),
        (Record(Topic.DEAD_LETTER, None, b"hello", (("ce_dataref", URI),)), {A, HELLO}),
        (Record(Topic.CLASSIFIED, None, None), set()),
    ],
)
def test_a_record_needs_what_it_names_and_what_it_holds(record: Record, expected: set[str]) -> None:
    """By header, by value, or by being those bytes."""
    assert set(digests(record)) == expected


def test_a_text_about_digests_needs_nothing() -> None:
    """Only what stands in the record's own fields counts."""
    text = TextDocument("a", f'"sha256":"{C}"', "en", (), 1, SOURCE, "2026-01-01T00:00:00.000Z")
    assert hashlib.sha256(b"hello").hexdigest() == HELLO
    assert set(digests(Record(Topic.TEXT, None, codec.encode(text)))) == {A}
