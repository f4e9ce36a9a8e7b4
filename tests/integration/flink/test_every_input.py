"""Every kind of document and of bad input, through the real job: where it ends, and what its record says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mailroom.contracts.codec import decode, decode_scanned
from mailroom.contracts.records import Duplicate, Position, Record, ScannedDocument, Source, TextDocument
from mailroom.contracts.topics import Topic
from mailroom.objects import ObjectStore
from tests.integration.flink.inputs import LETTER, NOISE, alike, archive, documents, png, raw

pytestmark = [pytest.mark.flink, pytest.mark.kafka, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def store(job: Any) -> ObjectStore:
    """The object store that the job uses by default."""
    return ObjectStore(f"file://{job.home / 'objects'}")


@pytest.fixture(scope="module")
def settled(job: Any, flow: Any, store: ObjectStore) -> Iterator[Any]:
    """Everything sent, and everything that came out."""
    job.start()
    sent = documents(store)
    flow.send(*sent)
    job.wait_ready()
    flow.settle(len(sent) + 5)  # a mail is six
    yield flow
    assert job.status() is None, job.log()


def only(flow: Any, topic: Topic, identifier: str) -> Record:
    """The one record of an id in a topic."""
    records = flow.by_id(topic)[identifier]
    assert len(records) == 1
    found: Record = records[0]
    return found


@pytest.mark.parametrize(
    ("identifier", "media_type"),
    [
        ("text", "text/plain"),
        ("utf-16", "text/plain"),
        ("pdf", "application/pdf"),
        ("odd-key", "text/plain"),
        ("text-by-reference", "text/plain"),
    ],
)
def test_text_is_found(settled: Any, identifier: str, media_type: str) -> None:
    """Texts and PDFs with a text layer end as cleansed text in their language, keyed by their id."""
    record = only(settled, Topic.TEXT, identifier)
    document = decode(TextDocument, record.value)
    assert (record.key, document.id) == (identifier.encode(), identifier)
    # A PDF breaks its lines where its page ends.
    assert (" ".join(document.text.split()), document.language) == (LETTER, "en")
    assert document.source.media_type == media_type


def test_html_is_read(settled: Any) -> None:
    """The text of a page, without its tags."""
    document = decode(TextDocument, only(settled, Topic.TEXT, "html").value)
    assert document.source.media_type == "text/html"
    assert document.text.split() == ["Invoice", *LETTER.split()]


def test_text_record_is_whole(settled: Any, store: ObjectStore) -> None:
    """Value and headers of a text record, but for the times and places that no test can foretell."""
    record = only(settled, Topic.TEXT, "text")
    value = json.loads(record.value or b"")
    assert value["source"].pop("offset") >= 0
    assert value["source"].pop("partition") in (0, 1)
    assert value.pop("cleansed_at").endswith("Z")
    assert value == {
        "id": "text",
        "text": LETTER,
        "language": "en",
        "steps": [],
        "prep_version": 1,
        "source": {
            "topic": "documents.raw",
            "media_type": "text/plain",
            "size": 92,
            "sha256": "6ce1096972b0943c7f5bb782fc8b606ffc0d4a371613bffc759e4921983e91a0",
            "received_at": "2026-01-01T09:00:00.000Z",
            "file_name": "letter.txt",
            "dataref": f"{store.uri}/6c/6ce1096972b0943c7f5bb782fc8b606ffc0d4a371613bffc759e4921983e91a0",
        },
        "schema_version": 1,
    }
    assert dict(record.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"text",
        "ce_source": b"/documents.raw",
        "ce_type": b"mailroom.document.cleansed",
        "ce_time": b"2026-01-01T09:00:00.000Z",
        "ce_subject": b"letter.txt",
        "content-type": b"application/json",
    }


@pytest.mark.parametrize(
    ("identifier", "topic", "parent", "media_type", "file_name"),
    [
        ("mail", Topic.TEXT, None, "message/rfc822", None),
        ("mail~1", Topic.TEXT, "mail", "application/pdf", "invoice.pdf"),
        ("mail~2", Topic.SCANNED, "mail", "image/png", "photo.png"),
        ("mail~3", Topic.TEXT, "mail", "message/rfc822", None),
        ("mail~3~1", Topic.TEXT, "mail~3", "text/plain", "letter.txt"),
        ("zip~1", Topic.TEXT, "zip", "text/plain", "letter.txt"),
    ],
)
def test_what_is_in_a_mail_or_an_archive_is_a_document(
    settled: Any,
    store: ObjectStore,
    identifier: str,
    topic: Topic,
    parent: str | None,
    media_type: str,
    file_name: str | None,
) -> None:
    """Each names its parent, in its source and in a header, and its original is kept under its digest."""
    record = only(settled, topic, identifier)
    is_text = topic is Topic.TEXT
    source = decode(TextDocument, record.value).source if is_text else decode_scanned(record).source
    assert (source.parent, source.media_type) == (parent, media_type)
    assert source.file_name == file_name or media_type == "message/rfc822"
    assert record.header("ce_parentid") == (None if parent is None else parent.encode())
    assert len(store.get(source.dataref or "", sha256=source.sha256)) == source.size


def test_the_parts_of_one_record_lie_where_it_does(settled: Any) -> None:
    """Topic, partition and offset of a part are those of the whole; so are those of its dead letter."""
    whole = decode(TextDocument, only(settled, Topic.TEXT, "mail").value).source
    inner = decode(TextDocument, only(settled, Topic.TEXT, "mail~3~1").value).source
    dead = only(settled, Topic.DEAD_LETTER, "mail~4")
    assert (inner.partition, inner.offset) == (whole.partition, whole.offset)
    assert dead.header("__connect.errors.offset") == str(whole.offset).encode()
    assert (dead.header("ce_parentid"), dead.header("ce_subject")) == (b"mail", b"locked.zip")


def test_a_container_without_words_is_nowhere_itself(settled: Any) -> None:
    """An archive is only a parent."""
    assert [settled.by_id(topic).get("zip") for topic in (Topic.TEXT, Topic.DEAD_LETTER)] == [None, None]


def test_bare_record_is_named_by_its_place(settled: Any) -> None:
    """A record with neither key nor headers is a document like any other."""
    named = [
        record for record in settled.by_topic[Topic.TEXT] if (record.key or b"").startswith(b"documents.raw-")
    ]
    document = decode(TextDocument, named[0].value)
    assert document.text == "A bare record, as a console producer makes it."
    assert document.id == f"documents.raw-{document.source.partition}-{document.source.offset}"
    assert document.source.received_at.endswith("Z")


@pytest.mark.parametrize(("identifier", "media_type"), [("image", "image/png"), ("scan", "application/pdf")])
def test_pages_go_on_as_they_came(settled: Any, store: ObjectStore, identifier: str, media_type: str) -> None:
    """Images and PDFs without a text layer end in documents.scanned with their own bytes, which are kept as well."""
    document = decode_scanned(only(settled, Topic.SCANNED, identifier))
    assert (document.id, document.pages, document.source.media_type) == (identifier, 1, media_type)
    assert document.content == store.get(document.source.dataref or "", sha256=document.source.sha256)


def test_large_pages_go_by_reference(settled: Any, store: ObjectStore) -> None:
    """Above a mebibyte the record is empty and its reference leads to the very bytes."""
    found = decode_scanned(only(settled, Topic.SCANNED, "large-image"))
    content = store.get(found.source.dataref or "", sha256=found.source.sha256)
    assert content == png(side=1200)
    assert found == ScannedDocument(
        id="large-image",
        content=None,
        pages=1,
        source=Source(
            topic="documents.raw",
            partition=found.source.partition,
            offset=found.source.offset,
            media_type="image/png",
            size=len(content),
            sha256=found.source.sha256,
            received_at=found.source.received_at,
            dataref=found.source.dataref,
        ),
        cleansed_at=found.cleansed_at,
    )


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        ("empty", "empty"),
        ("blank", "empty"),
        ("null", "null-value"),
        ("inline-21-mib", "oversized"),
        ("referenced-50-mb", "oversized"),
        ("locked", "encrypted"),
        ("cut", "truncated"),
        ("noise", "unknown-media-type"),
        ("odd-key-noise", "unknown-media-type"),
        ("mail~4", "encrypted"),
        ("no-time", "malformed-header"),
        ("gone", "original-missing"),
        ("forged", "malformed-header"),
        ("\ufffd\ufffd", "malformed-header"),
        ("again", "empty"),
    ],
)
def test_bad_input_is_dead_lettered(settled: Any, identifier: str, reason: str) -> None:
    """Each bad input names its reason and the stage that met it."""
    headers = dict(only(settled, Topic.DEAD_LETTER, identifier).headers)
    assert headers["__connect.errors.reason"] == reason.encode()
    assert headers["__connect.errors.stage"] == b"stream-processing"
    assert headers["__connect.errors.topic"] == b"documents.raw"


@pytest.mark.parametrize(
    ("identifier", "key", "value"),
    [
        ("null", b"null", None),
        ("empty", b"empty", b""),
        ("odd-key-noise", b"\xff\xfe", NOISE[:4_000]),
        ("mail~4", b"mail~4", archive(locked=True)),
        ("noise", b"noise", NOISE[:5_000]),
        ("inline-21-mib", b"inline-21-mib", NOISE),
        ("\ufffd\ufffd", b"k", LETTER.encode()),
    ],
)
def test_dead_letter_is_as_received(
    settled: Any, identifier: str, key: bytes | None, value: bytes | None
) -> None:
    """Key and value of a dead letter are those that were sent: null is not empty, and 21 MiB are not cut."""
    record = only(settled, Topic.DEAD_LETTER, identifier)
    assert record.key == key
    assert record.value == value


def test_nothing_else_is_dead_lettered(settled: Any) -> None:
    """The good ones are not among the dead."""
    assert len(settled.by_topic[Topic.DEAD_LETTER]) == 15


def test_repeated_id_is_a_duplicate(settled: Any) -> None:
    """The first record of an id is processed; the second leaves a reference to both."""
    text = decode(TextDocument, only(settled, Topic.TEXT, "twice").value)
    record = only(settled, Topic.DUPLICATES, "twice")
    assert text.text == LETTER
    first = Position("documents.raw", text.source.partition, text.source.offset)
    repeated = Position("documents.raw", text.source.partition, text.source.offset + 1)
    assert (record.key, decode(Duplicate, record.value)) == (b"twice", Duplicate("twice", first, repeated))
    assert dict(record.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"twice",
        "ce_source": b"/documents.raw",
        "ce_type": b"mailroom.document.duplicate",
        "content-type": b"application/json",
    }
    assert len(settled.by_topic[Topic.DUPLICATES]) == 1


def test_the_same_content_again_names_the_first(settled: Any) -> None:
    """Another id with the same bytes is processed, and linked; what only reads the same is not."""
    before = settled.count()
    settled.send(raw("copy", LETTER.encode()), raw("no-copy", alike(9).encode()))
    settled.settle(before + 2)
    copy, other = (only(settled, Topic.TEXT, name) for name in ("copy", "no-copy"))
    assert (copy.header("ce_duplicateof"), other.header("ce_duplicateof")) == (b"text", None)
    assert copy.header("ce_subject") is None
    assert decode(TextDocument, copy.value).text == LETTER


def test_dead_letter_that_is_sent_again_is_processed(settled: Any) -> None:
    """A higher redrive count is another try, not a repetition, and travels on."""
    record = only(settled, Topic.TEXT, "again")
    assert record.header("ce_redrive") == b"1"
    assert decode(TextDocument, record.value).text == "sent again by an operator, whole this time"


def test_stream_goes_on(settled: Any) -> None:
    """The job still runs after all of this."""
    before = settled.count()
    settled.send(raw("afterwards", alike(10).encode()))
    settled.settle(before + 1)
    assert only(settled, Topic.TEXT, "afterwards").key == b"afterwards"


def test_a_broken_stage_stops_and_a_restart_goes_on(
    settled: Any, store: ObjectStore, job: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that has lost its objects is no document's fault: the job ends, says why, and keeps what waits."""
    before = settled.count()
    gone = f"{store.uri}/ab/{'ab' * 32}".encode()
    settled.send(*(raw(f"gone-{number}", b"", ce_dataref=gone) for number in range(400)))
    assert job.wait_stopped(90.0) == 1
    assert "documents failed in stream processing" in job.log()
    assert "(original-missing 101; the last one: MalformedRecord)" in job.log()
    monkeypatch.setenv("MAILROOM_FAILURES__SHARE", "1")
    job.start()
    settled.settle(before + 400)
    assert len(settled.by_id(Topic.DEAD_LETTER).keys() & {f"gone-{number}" for number in range(400)}) == 400
