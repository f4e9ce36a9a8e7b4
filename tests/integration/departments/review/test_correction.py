"""A correction, from the label in the log to the desks and back into the log, through the processes as they run."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from departments.desks import ActKind
from departments.review.recording import ActRequest
from departments.review.reviews import Reviews
from departments.store.engine import open_store
from departments.store.tables import Document
from mailroom.contracts.codec import decode, encode
from mailroom.contracts.records import Candidate, Classification, Feedback, ModelReference, Record, Source
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.objects import ObjectStore
from mailroom.settings import load_settings
from mailroom.streams.kafka import KafkaReader, KafkaSink
from tests.servers import hooks

TEXT = b"We can offer you ten chairs at 40 EUR each."


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Broker]:
    """A log of this test's own: the topics have their real names."""
    with Broker(tmp_path / "kafka", tmp_path / "kafka.log") as running:
        ensure_topics(running.bootstrap)
        yield running


@contextmanager
def departments(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`mailroom departments run`, killed at the end if it is still there."""
    with (home / "departments.log").open("wb") as told:
        command = [sys.executable, "-m", "cli", "departments", "run"]
        environment = {**os.environ, "MAILROOM_READY": str(home / "ready")}
        with subprocess.Popen(command, env=environment, stdout=told, stderr=told) as process:
            try:
                yield process
            finally:
                process.kill()


def configured(home: Path, bootstrap: str, payable: hooks.Hook, procurement: hooks.Hook) -> Path:
    """Two desks with a webhook each, as a person would write them down."""

    def desk(hook: hooks.Hook) -> dict[str, object]:
        return {"webhook": {"url": hook.url, "secret": hooks.SECRET, "internal": True}}

    given = {
        "kafka": {"bootstrap": bootstrap},
        "objects": {"uri": f"file://{home}/objects"},
        "desks": {"at": {"accounts-payable": desk(payable), "procurement": desk(procurement)}},
    }
    file = home / "mailroom.yaml"
    file.write_text(yaml.safe_dump(given), encoding="utf-8")
    return file


def label(objects: ObjectStore) -> Record:
    """An offer that the model takes for an invoice."""
    uri = objects.put(TEXT)
    source = Source(
        "documents.raw", 0, 0, "text/plain", len(TEXT), uri[-64:], "2026-01-01T00:00:00Z", dataref=uri
    )
    found = Classification(
        "letter", "invoice", 0.9, (Candidate("invoice", 0.9), Candidate("offer", 0.1)), "auto", "accounts-payable",
        "en", ModelReference("text", "1", "0" * 64), source, "2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z",
    )  # fmt: skip
    return Record("documents.classified", b"letter", encode(found))


def told(hook: hooks.Hook) -> list[tuple[str, str]]:
    """What a desk was told: the event, and the label that it names."""
    events = [received.verified() for received in hook.received]
    return [(event["type"], event["data"]["label"]) for event in events]


def test_a_corrected_document_arrives_at_the_right_desk_and_leaves_the_wrong_one(
    home: Path, log: Broker, monkeypatch: pytest.MonkeyPatch, until: Callable[[Callable[[], bool]], bool]
) -> None:
    """Both desks hear of it, the log gets the judgement with its text, and the label stays one record."""
    with hooks.listening() as payable, hooks.listening() as procurement:
        monkeypatch.setenv("MAILROOM_CONFIG", str(configured(home, log.bootstrap, payable, procurement)))
        settings = load_settings()
        objects, store = ObjectStore(settings.objects.uri), open_store(settings.desks)
        with departments(home) as process:
            sink = KafkaSink(settings.kafka)
            sink.send(label(objects))
            sink.flush(30)
            assert until(lambda: told(payable) == [("document.assigned", "invoice")])

            reviews = Reviews.of(store, settings)
            done = reviews.act(ActRequest("letter", ActKind.CORRECT, "ada", "offer", revision=0))
            assert until(lambda: told(procurement) == [("document.assigned", "offer")])
            assert until(lambda: len(payable.received) == 2)
            assert told(payable)[1] == ("document.recalled", "offer")

            reader = KafkaReader(settings.kafka, ["documents.feedback", "documents.classified"])
            found: list[Record] = []

            def both() -> bool:
                found.extend(reader.poll(10, 0.1))
                return len(found) == 2

            assert until(both)
            reader.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        records = {record.topic: record for record in found}
        said = decode(Feedback, records["documents.feedback"].value)
        assert records["documents.feedback"].header("ce_id") == done.id.encode()
        assert (said.label, said.predicted, said.actor) == ("offer", "invoice", "ada")
        assert objects.get(str(said.text_ref), sha256=said.text_sha256) == TEXT
        assert json.loads(records["documents.classified"].value or b"")["label"] == "invoice"
        with store.reading() as session:
            document = session.get_one(Document, "letter")
            assert (document.desk, document.state, document.revision) == ("procurement", "at_desk", 1)
        store.close()
