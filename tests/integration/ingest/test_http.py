"""`mailroom receive http` on a real broker."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mailroom.contracts import headers as h
from mailroom.contracts.codec import encode
from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.records import (
    Candidate,
    Classification,
    Failure,
    ModelReference,
    Position,
    Record,
    Source,
)
from mailroom.contracts.topics import Topic
from mailroom.embedded.topics import ensure_topics
from mailroom.objects import ObjectStore
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader, KafkaSink
from tests.conftest import Until
from tests.integration.ingest.http_door import FOLLOWED, HttpDoor, http_door

pytestmark = pytest.mark.kafka

MIB = 1024 * 1024


def raw(kafka: KafkaSettings, *ids: str) -> list[Record]:
    """The committed records of some ids."""
    reader = KafkaReader(kafka, [Topic.RAW])
    wanted, found = {item.encode() for item in ids}, list[Record]()
    while not reader.caught_up():
        found += (record for record in reader.poll(500, 0.2) if record.key in wanted)
    reader.close()
    return found


def store(door: HttpDoor) -> ObjectStore:
    """Where the door keeps originals."""
    return ObjectStore(f"file://{door.home}/objects")


def test_a_file_gets_an_id_once_the_log_has_it(door: HttpDoor, kafka: KafkaSettings) -> None:
    """A form with one file: the id leads to the record, whose bytes and headers are the file's."""
    answer = door.form(("rechnung ü.pdf", b"%PDF-1.7 an invoice"))
    told = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, f"/documents/{told['id']}")
    (record,) = raw(kafka, told["id"])
    assert record.position is not None
    assert (told["topic"], told["partition"], told["offset"]) == (
        "documents.raw",
        record.position.partition,
        record.position.offset,
    )
    assert (record.value, record.header(h.SUBJECT), record.header(h.CONTENT_TYPE)) == (
        b"%PDF-1.7 an invoice",
        "rechnung ü.pdf".encode(),
        b"application/pdf",
    )
    assert (told["state"], told["size"], told["file_name"]) == ("in-log", 19, "rechnung ü.pdf")
    assert told["sha256"] == hashlib.sha256(b"%PDF-1.7 an invoice").hexdigest()


def test_several_files_get_ids_in_their_order(door: HttpDoor, kafka: KafkaSettings) -> None:
    """A form with three files: three ids, three records."""
    told = door.form(("a.txt", b"one"), ("b.txt", b"two"), ("c.txt", b"three")).json()["documents"]
    assert [item["file_name"] for item in told] == ["a.txt", "b.txt", "c.txt"]
    values = {(record.key or b"").decode(): record.value for record in raw(kafka, *(i["id"] for i in told))}
    assert [values[item["id"]] for item in told] == [b"one", b"two", b"three"]


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"x_file_name": "fa%C3%A7ade.txt"}, "façade.txt"),
        ({"content_disposition": 'attachment; filename="plain.txt"'}, "plain.txt"),
        ({"content_disposition": "attachment; filename*=UTF-8''%e2%82%ac.txt"}, "€.txt"),
        ({}, None),
    ],
)
def test_a_raw_body_is_a_document(door: HttpDoor, headers: dict[str, str], name: str | None) -> None:
    """A body that is no form is the document; its name is in a header, if anywhere."""
    told = door.post(b"Dear sir, an offer.", **headers).json()
    assert (told.get("file_name"), told["media_type"]) == (name, "text/plain")


def test_a_document_belongs_to_its_callers_trace(door: HttpDoor, kafka: KafkaSettings) -> None:
    """Whoever brings a trace finds the document in it; what is no trace begins a new one."""
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    ids = [door.post(b"traced", traceparent=given).json()["id"] for given in (trace, trace[:-2] + "zz")]
    found = {(record.key or b"").decode(): record.header(h.TRACEPARENT) for record in raw(kafka, *ids)}
    assert found[ids[0]] == trace.encode()
    assert b"4bf92f3577b34da6a3ce929d0e0e4736" not in (found[ids[1]] or b"")


def test_the_same_key_gives_the_same_id_and_the_document_once(door: HttpDoor, kafka: KafkaSettings) -> None:
    """Sent three times under one idempotency key: one id, one record; another key is another document."""
    answers = [door.post(b"once", idempotency_key="k-1").json()["id"] for _ in range(3)]
    assert len(set(answers)) == 1
    assert door.post(b"once", idempotency_key="k-2").json()["id"] != answers[0]
    assert len(raw(kafka, answers[0])) == 1


def test_a_key_for_other_documents_is_refused(door: HttpDoor) -> None:
    """An idempotency key that came with another document is no use."""
    assert door.post(b"one", idempotency_key="k-3").status_code == 202
    answer = door.post(b"other", idempotency_key="k-3")
    assert (answer.status_code, "new one" in answer.json()["detail"]) == (422, True)


def test_a_large_upload_is_never_held(door: HttpDoor, until: Until, kafka: KafkaSettings) -> None:
    """A hundred megabytes go through the disk into the store by reference, and come back as they were."""

    def content() -> Iterator[bytes]:
        yield b"%PDF-1.7"
        for number in range(100):
            yield bytes([number]) * MIB

    door.post(b"warm")
    before = door.memory
    answer = httpx.post(f"{door.url}/documents", content=content(), headers=door.keyed({}), timeout=60)
    told = answer.json()
    assert (answer.status_code, told["size"]) == (202, 100 * MIB + 8)
    (record,) = raw(kafka, told["id"])
    assert (record.value, record.header(h.DATAREF)) == (
        b"",
        f"{store(door).uri}/{told['sha256'][:2]}/{told['sha256']}".encode(),
    )
    digest = hashlib.sha256()
    with httpx.stream("GET", f"{door.url}/documents/{told['id']}/content", headers=door.keyed({})) as back:
        assert back.headers["content-length"] == str(100 * MIB + 8)
        for chunk in back.iter_bytes():
            digest.update(chunk)
    assert digest.hexdigest() == told["sha256"]
    assert door.memory - before < 32 * MIB
    assert until(lambda: not door.uploads())


def test_labels_and_dead_letters_are_told(door: HttpDoor, kafka: KafkaSettings, until: Until) -> None:
    """What the stream made of a document, and of its parts, is told without asking the stream."""
    letter, archive = (door.post(content).json()["id"] for content in (b"an invoice", b"PK\x03\x04"))
    sink = KafkaSink(kafka)
    sink.send(classified(letter))
    sink.send(classified(f"{archive}~1"))
    lost = Record(Topic.RAW, f"{archive}~2".encode(), b"secret", ((h.ID, f"{archive}~2".encode()),))
    failure = Failure("stream-processing", "encrypted", "locked", Position(Topic.RAW, 0, 0))
    sink.send(dead_letter(lost, failure))
    sink.flush(30)
    sink.close()
    assert until(lambda: len(door.get(f"/documents/{archive}").json().get("parts", ())) == 2)
    assert until(lambda: door.get(f"/documents/{letter}").json()["state"] == "labelled")
    told = door.get(f"/documents/{letter}").json()
    assert (told["label"], told["department"], told["decision"]) == ("invoice", "accounts-payable", "auto")
    whole = door.get(f"/documents/{archive}").json()
    assert whole["state"] == "opened"
    assert [(part["id"], part["state"]) for part in whole["parts"]] == [
        (f"{archive}~1", "labelled"),
        (f"{archive}~2", "dead-letter"),
    ]
    assert whole["parts"][1]["reason"] == "encrypted"


def test_an_original_is_a_download(door: HttpDoor) -> None:
    """Whatever it is, a browser keeps it and shows it as no page of this address."""
    page = b"<html><script>alert(1)</script></html>"
    told = door.post(page, x_file_name="x%22.html").json()
    assert door.get(f"/documents/{told['id']}/content").status_code == 404  # the stream keeps it later
    store(door).put(page)
    answer = door.get(f"/documents/{told['id']}/content")
    assert (answer.status_code, answer.content) == (200, page)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert (
        answer.headers["content-disposition"]
        == "attachment; filename=\"x_.html\"; filename*=UTF-8''x%22.html"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_an_original_that_was_changed_is_not_given(door: HttpDoor) -> None:
    """Bytes that are not those of the digest stay where they are."""
    told = door.post(b"the original").json()
    uri = store(door).put(b"the original")
    Path(uri.removeprefix("file://")).write_bytes(b"an imitation")
    answer = door.get(f"/documents/{told['id']}/content")
    assert (answer.status_code, "changed" in answer.json()["detail"]) == (404, True)


def test_what_it_knows_survives_a_restart(kafka: KafkaSettings, tmp_path: Path) -> None:
    """After a stop the same door knows its documents and keys; the stop has status 0."""
    ensure_topics(kafka.bootstrap, names=FOLLOWED)
    with http_door(tmp_path, kafka) as before:
        told = before.post(b"kept", idempotency_key="k").json()
        status, output, _ = before.stop()
    assert (status, json.loads(output)["requests"]) == (0, 1)
    with http_door(tmp_path, kafka) as after:
        assert after.get(f"/documents/{told['id']}").json() == told


def test_it_is_ready_and_described(door: HttpDoor) -> None:
    """Probes and the description need no key."""
    assert [httpx.get(f"{door.url}{path}").status_code for path in ("/livez", "/readyz")] == [200, 200]
    described = httpx.get(f"{door.url}/openapi.json").json()
    assert set(described["paths"]) == {
        "/documents",
        "/documents/{id}",
        "/documents/{id}/content",
        "/livez",
        "/readyz",
    }
    operation = described["paths"]["/documents"]["post"]
    assert set(operation["responses"]) >= {"202", "401", "403", "413", "415", "422", "429", "503"}
    assert len(operation["responses"]["202"]["content"]["application/json"]["examples"]) == 2


def classified(identifier: str) -> Record:
    """A label as the classifier writes it."""
    source = Source(Topic.RAW, 0, 0, "text/plain", 10, "0" * 64, "2026-01-01T00:00:00.000Z")
    label = Classification(
        id=identifier,
        label="invoice",
        confidence=0.9,
        candidates=(Candidate("invoice", 0.9),),
        decision="auto",
        department="accounts-payable",
        language="en",
        model=ModelReference("tiny", "1", "d"),
        source=source,
        cleansed_at="2026-01-01T00:00:00.000Z",
        classified_at="2026-01-01T00:00:00.000Z",
    )
    return Record(Topic.CLASSIFIED, identifier.encode(), encode(label), ((h.ID, identifier.encode()),))
