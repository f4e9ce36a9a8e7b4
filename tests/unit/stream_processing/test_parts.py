"""Routing: a document that holds others gives a record for each."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Record
from mailroom.extract import PagesFound, TextFound
from mailroom.extract.results import Part, PartsFound
from stream_processing.nesting import NestingLimits
from stream_processing.routing import Routed, Router
from tests.unit.stream_processing.world import only

RawRecord = Callable[..., Record]
REASON = "__connect.errors.reason"
MAIL = "message/rfc822"
ZIP = "application/zip"
LOCKED = MalformedRecord(Reason.ENCRYPTED, "the archive needs a password")


@pytest.fixture
def mail(extractor: Any) -> Any:
    """A mail with a PDF, a photo, a nested mail that carries a letter, and a locked archive."""
    extractor.by_content = {
        b"mail": TextFound(
            MAIL,
            "See what I have",
            "utf-8",
            (
                Part(b"pdf", "a.pdf"),
                Part(b"photo", "b.png", "image/png"),
                Part(b"nested"),
                Part(b"locked", "c.zip"),
            ),
        ),
        b"pdf": TextFound("application/pdf", "Invoice", None),
        b"photo": PagesFound("image/png", 1),
        b"nested": PartsFound(MAIL, (Part(b"letter", "ü.txt"),)),
        b"letter": TextFound("text/plain", "Dear", "utf-8"),
        b"locked": LOCKED,
    }
    return extractor


def brief(routed: Sequence[Routed]) -> list[tuple[str, str, str | None]]:
    """Id, last word of the topic and parent of each record."""
    return [
        (each.id, each.record.topic.rpartition(".")[2], _text(each.record, "ce_parentid")) for each in routed
    ]


def _text(record: Record, name: str) -> str | None:
    value = record.header(name)
    return None if value is None else value.decode()


@pytest.mark.usefixtures("mail")
def test_each_part_goes_its_own_way(router: Router, raw: RawRecord) -> None:
    """All of them name their parent; the nested mail, which has no words of its own, is only a parent."""
    assert brief(router.route(raw(b"mail", ce_id=b"m"))) == [
        ("m", "text", None),
        ("m~1", "text", "m"),
        ("m~2", "scanned", "m"),
        ("m~3~1", "text", "m~3"),
        ("m~4", "dead-letter", "m"),
    ]


@pytest.mark.usefixtures("mail")
def test_a_parts_source_names_its_parent_and_the_place_of_the_whole(router: Router, raw: RawRecord) -> None:
    """Its own name, type, size and digest; topic, partition and offset of the mail that was received."""
    letter = router.route(raw(b"mail", ce_id=b"m", ce_time=b"2026-01-01T00:00:30Z"))[3]
    assert json.loads(letter.record.value or b"")["source"] == {
        "topic": "documents.raw",
        "partition": 1,
        "offset": 7,
        "media_type": "text/plain",
        "size": 6,
        "sha256": "f80105efab6d863fd8fc243d269094469e2277e8f12e5a0a9f401e88494f7b4b",
        "received_at": "2026-01-01T00:00:30.000Z",
        "file_name": "ü.txt",
        "dataref": "memory://5",
        "parent": "m~3",
    }
    assert letter.sha256 == "f80105efab6d863fd8fc243d269094469e2277e8f12e5a0a9f401e88494f7b4b"


def test_every_original_is_kept(router: Router, raw: RawRecord, mail: Any, store: Any) -> None:
    """The mail, the container without words, and each part that has a record which names it."""
    router.route(raw(b"mail", ce_id=b"m"))
    assert sorted(store.objects.values()) == [b"letter", b"mail", b"nested", b"pdf", b"photo"]
    assert ("photo", "image/png", "b.png") in [
        (data.decode(), declared, name) for data, declared, name in mail.asked
    ]


@pytest.mark.usefixtures("mail")
def test_originals_are_not_kept_where_that_is_off(router: Router, raw: RawRecord, store: Any) -> None:
    """By setting, only what is too large for its record goes to the store."""
    routed = replace(router, keep_originals=False).route(raw(b"mail", ce_id=b"m"))
    assert store.objects == {}
    assert json.loads(routed[0].record.value or b"")["source"]["dataref"] is None


@pytest.mark.usefixtures("mail")
def test_a_dead_part_can_be_sent_again_by_itself(router: Router, raw: RawRecord, mail: Any) -> None:
    """Its dead letter is the record that it would be: sent again, it is routed under the same id and parent."""
    letter = router.route(raw(b"mail", ce_id=b"m", ce_time=b"2026-01-01T00:00:30Z", traceparent=b"00-t"))[4]
    assert letter.record == Record(
        "documents.dead-letter",
        b"m~4",
        b"locked",
        (
            ("ce_specversion", b"1.0"),
            ("ce_id", b"m~4"),
            ("ce_source", b"/documents.raw"),
            ("ce_type", b"mailroom.document.received"),
            ("ce_time", b"2026-01-01T00:00:30.000Z"),
            ("ce_subject", b"c.zip"),
            ("ce_parentid", b"m"),
            ("traceparent", b"00-t"),
            ("__connect.errors.topic", b"documents.raw"),
            ("__connect.errors.partition", b"1"),
            ("__connect.errors.offset", b"7"),
            ("__connect.errors.stage", b"stream-processing"),
            ("__connect.errors.reason", b"encrypted"),
            ("__connect.errors.exception.class.name", b"MalformedRecord"),
            ("__connect.errors.exception.message", b"the archive needs a password"),
        ),
    )
    mail.by_content[b"locked"] = TextFound("text/plain", "open now", "utf-8")
    headers = (*letter.record.headers, ("ce_redrive", b"1"))
    again = only(router.route(replace(raw(b"locked"), headers=headers)))
    assert brief([again]) == [("m~4", "text", "m")]
    assert again.identity != letter.identity


def test_a_large_dead_part_goes_by_reference(
    router: Router, raw: RawRecord, extractor: Any, store: Any
) -> None:
    """Nobody else has its bytes: they are in the store, and the reference is one that a redrive redeems."""
    extractor.by_content = {
        b"zip": PartsFound(ZIP, (Part(b"nine byte"),)),
        b"nine byte": LOCKED,
    }
    letter = only(router.route(raw(b"zip", ce_id=b"z"))).record
    assert (letter.value, letter.header("ce_size")) == (b"", b"9")
    uri, digest = _text(letter, "ce_dataref") or "", _text(letter, "ce_sha256")
    assert store.get(uri, sha256=digest) == b"nine byte"
    extractor.by_content[b"nine byte"] = TextFound("text/plain", "open now", "utf-8")
    again = only(router.route(replace(raw(b""), headers=(*letter.headers, ("ce_redrive", b"1")))))
    assert again.record.topic == "documents.text"


@pytest.mark.usefixtures("mail")
def test_a_mail_that_comes_again_repeats_the_ids_of_its_parts(router: Router, raw: RawRecord) -> None:
    """Also when an operator sends it again: a part that came out at the first try is not another one."""
    first, again = (
        router.route(raw(b"mail", ce_id=b"m")),
        router.route(raw(b"mail", ce_id=b"m", ce_redrive=b"1")),
    )
    assert [each.identity for each in first[1:]] == [each.identity for each in again[1:]]
    assert first[0].identity != again[0].identity
    assert again[1].record.header("ce_redrive") is None


def test_a_mail_whose_words_vanish_is_only_a_parent(router: Router, raw: RawRecord, extractor: Any) -> None:
    """With parts it is no document without text."""
    extractor.by_content = {b"mail": TextFound(MAIL, "\u200b", "utf-8", (Part(b"pdf"),))}
    assert brief(router.route(raw(b"mail", ce_id=b"m"))) == [("m~1", "text", "m")]


def test_a_container_of_nothing_is_not_lost(router: Router, raw: RawRecord, extractor: Any) -> None:
    """What has neither words nor parts is dead-lettered."""
    extractor.outcome = PartsFound(ZIP, ())
    assert brief(router.route(raw(ce_id=b"z"))) == [("z", "dead-letter", None)]


def limited(router: Router, **limits: Any) -> Router:
    """A router with other limits."""
    return replace(router, nesting=NestingLimits(**limits))


@pytest.mark.security
@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (
            {"depth": 1},
            [("m", "text"), ("m~1", "text"), ("m~2", "scanned"), ("m~3", "oversized"), ("m~4", "encrypted")],
        ),
        ({"depth": 0}, [("m", "oversized")]),
        (
            {"parts": 4},
            [("m", "text"), ("m~1", "text"), ("m~2", "scanned"), ("m~3", "oversized"), ("m~4", "encrypted")],
        ),
        ({"parts": 3}, [("m", "oversized")]),
        (
            {"bytes": 25},
            [("m", "text"), ("m~1", "text"), ("m~2", "scanned"), ("m~3", "oversized"), ("m~4", "encrypted")],
        ),
        ({"bytes": 19}, [("m", "oversized")]),
    ],
)
@pytest.mark.usefixtures("mail")
def test_what_is_too_much_within_one_document_is_a_dead_letter(
    router: Router, raw: RawRecord, limits: dict[str, int], expected: list[tuple[str, str]]
) -> None:
    """A container beyond a limit is dead-lettered whole, the others go their way: nothing is lost, nothing endless."""
    routed = limited(router, **limits).route(raw(b"mail", ce_id=b"m"))
    assert [
        (each.id, _text(each.record, REASON) or each.record.topic.rpartition(".")[2]) for each in routed
    ] == expected


@pytest.mark.security
def test_an_archive_within_itself_ends(router: Router, raw: RawRecord, extractor: Any) -> None:
    """An archive that holds a copy of itself is opened five times."""
    extractor.by_content = {b"quine": PartsFound(ZIP, (Part(b"quine"),))}
    letter = only(router.route(raw(b"quine", ce_id=b"z")))
    assert (letter.id, _text(letter.record, REASON)) == ("z~1~1~1~1~1", "oversized")


@pytest.mark.security
def test_parts_for_which_no_time_is_left_are_dead_letters(
    router: Router, raw: RawRecord, extractor: Any
) -> None:
    """Ten slow parts hold up a checkpoint for no longer than is allowed; the others can be sent again."""
    extractor.by_content = {b"zip": PartsFound(ZIP, tuple(Part(b"%d" % n) for n in range(10)))}

    def slow(data: bytes, **named: Any) -> Any:
        if data != b"zip":
            router.clock.sleep(10.0)
        return extractor(data, **named)

    routed = replace(limited(router, seconds=30.0), extract=slow).route(raw(b"zip"))
    assert [_text(each.record, REASON) for each in routed] == [None] * 4 + ["too-slow"] * 6


@pytest.mark.security
def test_what_leaves_together_stays_small(router: Router, raw: RawRecord, extractor: Any) -> None:
    """Pages beyond the limit of all parts together go by reference, and texts beyond theirs are dead letters."""
    extractor.by_content = {
        b"zip": PartsFound(ZIP, (Part(b"page"), Part(b"page"), Part(b"text"), Part(b"text"))),
        b"page": PagesFound("image/png", 1),
    }
    routed = limited(router, inline_bytes=7, text_bytes=600).route(raw(b"zip", ce_id=b"z"))
    assert [each.record.value for each in routed[:2]] == [b"page", b""]
    assert [_text(each.record, REASON) for each in routed[2:]] == [None, "oversized"]


def test_half_a_surrogate_pair_in_a_name_loses_no_part(
    router: Router, raw: RawRecord, extractor: Any
) -> None:
    """Names within containers are whatever their maker wrote."""
    extractor.by_content = {b"zip": PartsFound(ZIP, (Part(b"page", "\ud83d.png"),))}
    assert only(router.route(raw(b"zip"))).record.header("ce_subject") == b"?.png"


def test_a_text_that_grows_when_it_is_cleansed_is_cut(router: Router, raw: RawRecord, extractor: Any) -> None:
    """One sign may be spelt out as eighteen letters; the record stays below a broker's mebibyte."""
    extractor.outcome = TextFound("text/plain", "\ufdfa" * 20_000, "utf-8")
    value = only(router.route(raw())).record.value or b""
    assert len(json.loads(value)["text"]) == 200_000
    assert len(value) < 1_000_000
