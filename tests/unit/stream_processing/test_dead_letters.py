"""Routing: what cannot be processed, and what its dead letter says."""

from collections.abc import Callable
from typing import Any

import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Record
from mailroom.extract import TextFound
from stream_processing.routing import Router
from tests.unit.stream_processing.world import only

RawRecord = Callable[..., Record]
REASON = "__connect.errors.reason"


def reason_of(record: Record) -> str:
    """The reason of a dead letter; its topic is asserted on the way."""
    assert record.topic == "documents.dead-letter"
    return (record.header(REASON) or b"").decode()


def test_dead_letter_is_the_record_as_received_and_why(
    router: Router, raw: RawRecord, extractor: Any
) -> None:
    """Key (not UTF-8 here), value and headers stay; Kafka Connect's headers are added."""
    extractor.outcome = MalformedRecord(Reason.ENCRYPTED, "the PDF needs a password")
    routed = only(router.route(raw(b"%PDF", key=b"\xff\xfe", ce_id=b"a1", mine=b"x")))
    assert (routed.id, routed.record) == (
        "a1",
        Record(
            "documents.dead-letter",
            b"\xff\xfe",
            b"%PDF",
            (
                ("ce_id", b"a1"),
                ("mine", b"x"),
                ("__connect.errors.topic", b"documents.raw"),
                ("__connect.errors.partition", b"1"),
                ("__connect.errors.offset", b"7"),
                ("__connect.errors.stage", b"stream-processing"),
                ("__connect.errors.reason", b"encrypted"),
                ("__connect.errors.exception.class.name", b"MalformedRecord"),
                ("__connect.errors.exception.message", b"the PDF needs a password"),
            ),
        ),
    )


@pytest.mark.parametrize("reason", [*Reason])
def test_extractors_reasons_are_passed_on(
    router: Router, raw: RawRecord, extractor: Any, reason: Reason
) -> None:
    """Whatever reason extraction names is the dead letter's."""
    extractor.outcome = MalformedRecord(reason, "because")
    assert reason_of(only(router.route(raw())).record) == reason.value


def test_null_value_without_reference(router: Router, raw: RawRecord) -> None:
    """A tombstone stays one in the dead letters."""
    record = only(router.route(raw(None))).record
    assert (reason_of(record), record.value) == ("null-value", None)


@pytest.mark.parametrize(("size", "topic"), [(20, "documents.text"), (21, "documents.dead-letter")])
def test_oversized_value(router: Router, raw: RawRecord, size: int, topic: str) -> None:
    """The largest allowed document passes; one byte more does not."""
    assert only(router.route(raw(b"x" * size))).record.topic == topic


def test_oversized_by_its_own_account_is_not_fetched(router: Router, raw: RawRecord, store: Any) -> None:
    """A claim check that says how large it is is refused before anything is read."""
    uri = store.put(b"y" * 21)
    record = only(router.route(raw(b"", ce_dataref=uri.encode(), ce_size=b"52428800"))).record
    assert (reason_of(record), store.reads) == ("oversized", 0)


def test_oversized_in_truth(router: Router, raw: RawRecord, store: Any) -> None:
    """A claim check that keeps its size quiet is refused after reading."""
    uri = store.put(b"y" * 21)
    assert reason_of(only(router.route(raw(b"", ce_dataref=uri.encode()))).record) == "oversized"


def test_missing_original(router: Router, raw: RawRecord) -> None:
    """A reference to nothing names that as the reason."""
    assert reason_of(only(router.route(raw(b"", ce_dataref=b"memory://gone"))).record) == "original-missing"


def test_changed_original(router: Router, raw: RawRecord, store: Any) -> None:
    """A reference to other bytes than promised is as good as missing."""
    uri = store.put(b"abc")
    record = raw(b"", ce_dataref=uri.encode(), ce_sha256=b"0" * 64)
    assert reason_of(only(router.route(record)).record) == "original-missing"


@pytest.mark.parametrize(
    "headers",
    [
        {"ce_id": b"\xff"},
        {"ce_id": b""},
        {"ce_id": b"  "},
        {"ce_id": b"x" * 513},
        {"ce_time": b"yesterday"},
        {"ce_time": b"2026-01-01T00:00:00"},
        {"ce_time": b"9999-12-31T23:59:59-23:00"},
        {"ce_time": b"\xff"},
        {"ce_subject": b"\xff"},
        {"content__type": b"\xff"},
        {"ce_dataref": b"\xff"},
        {"ce_redrive": b"\xff"},
    ],
)
def test_broken_header(router: Router, raw: RawRecord, headers: dict[str, bytes]) -> None:
    """Each header that the contract reads must be readable, and stays as received where it is not."""
    record = only(router.route(raw(**headers))).record
    assert reason_of(record) == "malformed-header"
    assert record.headers[0][1] == next(iter(headers.values()))


@pytest.mark.parametrize("size", [b"many", b"-1", b"9" * 5000])
def test_broken_size(router: Router, raw: RawRecord, size: bytes) -> None:
    """A claim check's size must be a number that a document can have."""
    record = only(router.route(raw(b"", ce_dataref=b"memory://x", ce_size=size))).record
    assert reason_of(record) == "malformed-header"


def test_unreadable_id_is_replaced_by_the_place(router: Router, raw: RawRecord) -> None:
    """Two records with broken ids are two documents."""
    routed = only(router.route(raw(ce_id=b"\xff")))
    assert (routed.id, routed.identity) == ("documents.raw-1-7", "documents.raw-1-7")


def test_unreadable_redrive_count_is_no_repetition(router: Router, raw: RawRecord) -> None:
    """It keeps its id, and is dead-lettered rather than dropped as seen before."""
    routed = only(router.route(raw(ce_id=b"a", ce_redrive=b"\xff")))
    assert (routed.id, routed.identity) == ("a", "documents.raw-1-7")


def test_longest_id_passes(router: Router, raw: RawRecord) -> None:
    """An id may have 512 characters."""
    assert only(router.route(raw(ce_id="ü".encode() * 512))).id == "ü" * 512


def test_nothing_left_after_cleansing(router: Router, raw: RawRecord, extractor: Any) -> None:
    """Text of characters without a shape is no text."""
    extractor.outcome = TextFound("text/plain", "\u200b\u200b", "utf-8")
    assert reason_of(only(router.route(raw())).record) == "no-text"


def test_fault_of_ours_does_not_stop_the_stream(router: Router, raw: RawRecord, extractor: Any) -> None:
    """An error that nobody foresaw is written down with its class."""
    extractor.outcome = ZeroDivisionError("division by zero")
    record = only(router.route(raw())).record
    assert reason_of(record) == "internal"
    assert record.header("__connect.errors.exception.class.name") == b"ZeroDivisionError"


def test_error_headers_of_an_earlier_try_are_replaced(router: Router, raw: RawRecord, extractor: Any) -> None:
    """A document that fails again says why it failed last."""
    extractor.outcome = MalformedRecord(Reason.TRUNCATED, "cut")
    record = raw(ce_redrive=b"1")
    again = Record(*(*_plain(record), (*record.headers, (REASON, b"encrypted")), record.position))
    found = only(router.route(again)).record
    assert [value for name, value in found.headers if name == REASON] == [b"truncated"]


def _plain(record: Record) -> tuple[str, bytes | None, bytes | None]:
    return record.topic, record.key, record.value
