"""A document as a record."""

import re

from ingest.documents import Content, Document, Inline, Reference
from ingest.envelope import new_trace, raw_record
from mailroom.contracts.records import Record

TRACE = "00-11111111111111111111111111111111-2222222222222222-01"
NEW_YEAR = 1_767_225_600.0


def record_of(document: Document) -> Record:
    """The record of a document that is sent at the beginning of 2026."""
    return raw_record(document, source="/mailroom/send", now=NEW_YEAR, traceparent=TRACE)


def test_a_small_document_travels_in_its_record() -> None:
    """The value is the document's own bytes, the headers are CloudEvents'."""
    document = Document("d1", Content(Inline(b"hello"), "text/plain"), "Zürich.txt")
    assert record_of(document) == Record(
        topic="documents.raw",
        key=b"d1",
        value=b"hello",
        headers=(
            ("ce_specversion", b"1.0"),
            ("ce_id", b"d1"),
            ("ce_source", b"/mailroom/send"),
            ("ce_type", b"mailroom.document.received"),
            ("ce_time", b"2026-01-01T00:00:00.000Z"),
            ("ce_subject", b"Z\xc3\xbcrich.txt"),
            ("content-type", b"text/plain"),
            ("traceparent", TRACE.encode()),
        ),
    )


def test_a_large_document_travels_by_reference() -> None:
    """The value is empty; URI, digest and size lead to the bytes."""
    document = Document("d2", Content(Reference("file:///o/ab", "ab" * 32, 7_000_000), "application/pdf"))
    record = record_of(document)
    assert record.value == b""
    assert record.headers[-3:] == (
        ("ce_dataref", b"file:///o/ab"),
        ("ce_sha256", b"ab" * 32),
        ("ce_size", b"7000000"),
    )


def test_a_document_without_a_name_has_no_subject() -> None:
    """Standard input has no file name, and none is made up."""
    assert record_of(Document("d3", Content(Inline(b""), "text/plain"))).header("ce_subject") is None


def test_each_trace_is_new_and_well_formed() -> None:
    """Version 00, two ids that are not zero, sampled."""
    first, second = new_trace(), new_trace()
    assert first != second
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", first)
