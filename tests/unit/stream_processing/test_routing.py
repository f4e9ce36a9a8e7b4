"""Routing: where a readable document goes, and what its record says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mailroom.contracts.records import Record
from mailroom.extract import PagesFound, TextFound
from mailroom.objects import StoreUnavailable
from stream_processing.routing import Router
from tests.unit.stream_processing.world import only

RawRecord = Callable[..., Record]
SHA256_OF_BYTES = "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9"


def headers_of(record: Record) -> dict[str, str]:
    """A record's headers as text."""
    return {name: value.decode() for name, value in record.headers}


def test_text_goes_to_documents_text_whole(router: Router, raw: RawRecord) -> None:
    """A text becomes a JSON record with its source, under its id as the key."""
    routed = only(router.route(raw(ce_id=b"a1", ce_time=b"2025-12-31T23:00:00+01:00", ce_subject=b"r.txt")))
    assert routed.record.topic == "documents.text"
    assert routed.record.key == b"a1"
    assert json.loads(routed.record.value or b"") == {
        "id": "a1",
        "text": "Rechnung",
        "language": "und",
        "steps": [],
        "prep_version": 1,
        "source": {
            "topic": "documents.raw",
            "partition": 1,
            "offset": 7,
            "media_type": "text/plain",
            "size": 5,
            "sha256": SHA256_OF_BYTES,
            "received_at": "2025-12-31T22:00:00.000Z",
            "file_name": "r.txt",
            "dataref": "memory://1",
        },
        "cleansed_at": "2026-01-01T00:00:00.000Z",
        "schema_version": 1,
    }


def test_text_carries_cloud_events_headers(router: Router, raw: RawRecord) -> None:
    """The headers describe the event anew, and only the trace and the redrive count travel on."""
    record = raw(
        ce_id=b"a1",
        ce_subject=b"r.txt",
        traceparent=b"00-1-2-01",
        ce_redrive=b"2",
        mine=b"x",
        content__type=b"text/csv",
    )
    assert headers_of(only(router.route(record)).record) == {
        "ce_specversion": "1.0",
        "ce_id": "a1",
        "ce_source": "/documents.raw",
        "ce_type": "mailroom.document.cleansed",
        "ce_time": "2026-01-01T00:01:00.000Z",
        "ce_subject": "r.txt",
        "content-type": "application/json",
        "traceparent": "00-1-2-01",
        "ce_redrive": "2",
    }


def test_extractor_is_told_what_the_sender_declared(router: Router, raw: RawRecord, extractor: Any) -> None:
    """The media type and the file name of the headers reach the extractor."""
    only(router.route(raw(b"a,b", content__type=b"text/csv", ce_subject=b"t.csv")))
    assert extractor.asked == [(b"a,b", "text/csv", "t.csv")]


def test_record_without_headers_is_named_by_its_place(router: Router, raw: RawRecord) -> None:
    """A bare record gets topic, partition and offset as its id, whatever its key is."""
    routed = only(router.route(raw()))
    assert (routed.id, routed.record.key) == ("documents.raw-1-7", b"documents.raw-1-7")


def test_record_without_any_time_was_received_now(router: Router, raw: RawRecord) -> None:
    """With neither ce_time nor a timestamp of the log, the clock tells when a document came."""
    routed = only(router.route(raw(timestamp=None)))
    assert json.loads(routed.record.value or b"")["source"]["received_at"] == "2026-01-01T00:00:00.000Z"


def test_text_is_cleansed(router: Router, raw: RawRecord, extractor: Any) -> None:
    """What is extracted is cleansed, and the record names the rules that changed something."""
    extractor.outcome = TextFound("text/plain", "Rech-\nnung   42", "utf-8")
    document = json.loads(only(router.route(raw())).record.value or b"")
    assert (document["text"], len(document["steps"])) == ("Rechnung 42", 2)


def test_pages_go_to_documents_scanned_with_their_bytes(
    router: Router, raw: RawRecord, extractor: Any
) -> None:
    """Pages to be read travel as their own bytes, described by headers."""
    extractor.outcome = PagesFound("image/png", 3)
    record = only(router.route(raw(ce_id=b"a1", ce_subject=b"p.png"))).record
    assert (record.topic, record.key, record.value) == ("documents.scanned", b"a1", b"bytes")
    assert headers_of(record) == {
        "ce_specversion": "1.0",
        "ce_id": "a1",
        "ce_source": "/documents.raw",
        "ce_type": "mailroom.document.scanned",
        "ce_time": "2026-01-01T00:01:00.000Z",
        "ce_subject": "p.png",
        "content-type": "image/png",
        "ce_dataref": "memory://1",
        "ce_sha256": SHA256_OF_BYTES,
        "ce_size": "5",
        "ce_pages": "3",
        "ce_rawtopic": "documents.raw",
        "ce_rawpartition": "1",
        "ce_rawoffset": "7",
        "ce_cleansedat": "2026-01-01T00:00:00.000Z",
    }


def test_claim_check_is_redeemed(router: Router, raw: RawRecord, store: Any) -> None:
    """An empty value with a reference is read from the store, and the source says where it lies."""
    uri = store.put(b"by reference")
    document = json.loads(only(router.route(raw(b"", ce_dataref=uri.encode()))).record.value or b"")
    assert (document["source"]["dataref"], document["source"]["size"]) == ("memory://1", 12)


def test_null_value_with_reference_is_redeemed_too(router: Router, raw: RawRecord, store: Any) -> None:
    """Some producers send null rather than an empty value beside a reference."""
    uri = store.put(b"by reference")
    assert only(router.route(raw(None, ce_dataref=uri.encode()))).record.topic == "documents.text"


def test_value_beside_a_reference_wins(router: Router, raw: RawRecord, store: Any) -> None:
    """The reference of a record with a value is not followed, and not passed on as the original's place."""
    document = json.loads(only(router.route(raw(b"bytes", ce_dataref=b"memory://other"))).record.value or b"")
    assert (store.reads, document["source"]["dataref"]) == (0, "memory://1")


@pytest.mark.parametrize(("size", "inline"), [(8, True), (9, False)])
def test_pages_above_the_inline_limit_are_put_into_the_store(
    router: Router, raw: RawRecord, extractor: Any, store: Any, size: int, inline: bool
) -> None:
    """At the limit the bytes travel in the record; above it a reference does."""
    extractor.outcome = PagesFound("image/png", 1)
    record = only(router.route(raw(b"p" * size))).record
    assert (record.value, headers_of(record)["ce_dataref"]) == (b"p" * 8 if inline else b"", "memory://1")
    assert store.objects == {"memory://1": b"p" * size}


def test_reference_of_large_pages_is_kept(router: Router, raw: RawRecord, extractor: Any, store: Any) -> None:
    """Pages that came by reference go on by the same reference."""
    extractor.outcome = PagesFound("image/png", 1)
    uri = store.put(b"p" * 9)
    record = only(router.route(raw(b"", ce_dataref=uri.encode()))).record
    assert (record.value, headers_of(record)["ce_dataref"]) == (b"", "memory://1")


def test_small_pages_by_reference_travel_inline(
    router: Router, raw: RawRecord, extractor: Any, store: Any
) -> None:
    """Pages below the limit travel in the record, even where they came by reference."""
    extractor.outcome = PagesFound("image/png", 1)
    record = only(router.route(raw(b"", ce_dataref=store.put(b"small").encode()))).record
    assert (record.value, headers_of(record)["ce_dataref"]) == (b"small", "memory://1")


@pytest.mark.parametrize("value", [b"", b"inline but large"])
def test_store_that_does_not_answer_is_no_fault_of_the_document(
    router: Router, raw: RawRecord, extractor: Any, store: Any, value: bytes
) -> None:
    """Neither reading nor keeping an original may dead-letter a document while the store is away."""
    extractor.outcome = PagesFound("image/png", 1)
    store.down = True
    with pytest.raises(StoreUnavailable):
        only(router.route(raw(value, ce_dataref=b"memory://x")))


def test_identity_tells_tries_apart(router: Router, raw: RawRecord) -> None:
    """A document sent again by an operator is another try at the same id, not a repetition."""
    tries = [
        only(router.route(raw(ce_id=b"a", **more)))
        for more in ({}, {"ce_redrive": b"1"}, {"ce_redrive": b"2"}, {})
    ]
    assert [routed.id for routed in tries] == ["a"] * 4
    assert len({routed.identity for routed in tries}) == 3
    assert tries[0].identity == tries[3].identity


def test_no_id_can_be_spelt_like_another_ones_second_try(router: Router, raw: RawRecord) -> None:
    """An id with line feeds and quotes stays its own."""
    second = only(router.route(raw(ce_id=b"a", ce_redrive=b"1"))).identity
    forged = only(router.route(raw(ce_id=second.encode()))).identity
    assert forged != second
