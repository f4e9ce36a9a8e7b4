"""Records in, records out."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from classifier_service.answers import Label, answer
from mailroom.contracts import codec
from mailroom.contracts.dead_letters import read_failure
from mailroom.contracts.records import Classification, Failure, Position, Record
from tests.unit.classifier_service.fakes import (
    SOURCE,
    TRACE,
    classifier,
    scanned_document,
    scanned_record,
    text_document,
    text_record,
)


def outputs(records: Sequence[Record], label: Label) -> list[Record]:
    """What is written for some records."""
    return [each.output for each in answer(records, label)]


def test_a_text_becomes_a_classified_record() -> None:
    """Key, headers and value of a label are those of the contract; the trace is passed on, the rest is not."""
    record = text_record(text_document(), headers=(("traceparent", TRACE), ("x-foreign", b"1")))
    [output] = outputs([record], classifier().label)
    assert (output.topic, output.key) == ("documents.classified", b"a")
    assert dict(output.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"a",
        "ce_source": b"/documents.text",
        "ce_type": b"mailroom.document.classified",
        "ce_time": b"2026-01-01T00:00:00.000Z",
        "ce_subject": "märz.txt".encode(),
        "content-type": b"application/json",
        "traceparent": TRACE,
        "label": b"invoice",
        "department": b"accounts-payable",
        "decision": b"auto",
    }
    assert codec.decode(Classification, output.value).candidates[0].score == 0.7


def test_a_file_without_a_name_has_no_subject() -> None:
    """Headers that say nothing are left out."""
    document = replace(text_document(), source=replace(SOURCE, file_name=None))
    [output] = outputs([text_record(document)], classifier().label)
    assert (output.header("ce_subject"), output.header("traceparent")) == (None, None)


def test_a_scan_becomes_a_classified_record() -> None:
    """A scan's headers make a document, and its label names the original."""
    [output] = outputs([scanned_record(scanned_document())], classifier().label)
    result = codec.decode(Classification, output.value)
    assert (result.id, result.label, result.source) == ("s", "invoice", SOURCE)


def test_a_label_names_the_parent_and_the_first_document_of_its_content() -> None:
    """A part of a mail whose content came before: in the value for whoever reads it, in headers for whoever filters."""
    part = replace(text_document(), source=replace(SOURCE, parent="mail"))
    [output] = outputs([text_record(part, headers=(("ce_duplicateof", b"first"),))], classifier().label)
    result = codec.decode(Classification, output.value)
    assert (result.source.parent, result.duplicate_of) == ("mail", "first")
    assert (output.header("ce_parentid"), output.header("ce_duplicateof")) == (b"mail", b"first")


def test_a_scan_names_them_as_well() -> None:
    """What routing wrote into a scan's headers is in its label."""
    record = scanned_record(replace(scanned_document(), source=replace(SOURCE, parent="mail")))
    [output] = outputs(
        [replace(record, headers=(*record.headers, ("ce_duplicateof", b"first")))], classifier().label
    )
    result = codec.decode(Classification, output.value)
    assert (result.source.parent, result.duplicate_of) == ("mail", "first")


def test_a_broken_link_is_dead_lettered() -> None:
    """A header that is no text concerns its own record alone."""
    [dead] = outputs(
        [text_record(text_document(), headers=(("ce_duplicateof", b"\xff"),))], classifier().label
    )
    assert read_failure(dead).reason == "malformed-header"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"{", "malformed-record"),
        (b"\xff\xfe", "malformed-record"),
        (b"[]", "malformed-record"),
        (b'{"schema_version":2}', "malformed-record"),
        (b"", "malformed-record"),
        (None, "null-value"),
        (codec.encode(text_document(prep_version=99)), "unsupported-prep-version"),
        (codec.encode(text_document("poison")), "inference-failed"),
        (codec.encode(text_document()).replace(b'"id":"a"', b'"id":"\\ud800"'), "malformed-record"),
    ],
)
def test_a_bad_record_is_dead_lettered_as_received(value: bytes | None, reason: str) -> None:
    """Key, value and headers stay; the error headers name reason and place; its neighbours get their labels."""
    headers = (("a", b"1"), ("a", b"\xff"))
    bad = Record("documents.text", b"\xff\xfe", value, headers, Position("documents.text", 1, 41))
    good = text_record(text_document())
    first, dead, last = outputs([good, bad, good], classifier().label)
    assert (first.topic, last.topic) == ("documents.classified", "documents.classified")
    assert (dead.topic, dead.key, dead.value) == ("documents.dead-letter", b"\xff\xfe", value)
    assert dead.headers[:2] == headers
    failure = read_failure(dead)
    assert (failure.stage, failure.reason) == ("classifier", reason)
    assert failure.position == Position("documents.text", 1, 41)


def test_a_scan_with_a_broken_header_is_dead_lettered() -> None:
    """A header that is missing is named."""
    record = scanned_record(scanned_document(), offset=3)
    broken = replace(record, headers=tuple(pair for pair in record.headers if pair[0] != "ce_pages"))
    [dead] = outputs([broken], classifier().label)
    assert read_failure(dead) == Failure(
        stage="classifier",
        reason="malformed-header",
        message="header ce_pages is missing",
        position=Position("documents.scanned", 0, 3),
        exception="MalformedRecord",
    )


def test_a_dead_letter_never_quotes_the_document() -> None:
    """A library's message may hold the text it failed on; the dead letter's headers name only the kind of error."""
    [dead] = outputs([text_record(text_document("poison"))], classifier().label)
    assert read_failure(dead).message == "the model failed on this document (RuntimeError)"
