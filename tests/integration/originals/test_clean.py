"""`mailroom originals clean` over a real log."""

import json
import os
import time
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]
from typer.testing import CliRunner

from cli.originals import app
from departments.store.engine import open_store
from departments.store.tables import Document
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.objects import ObjectStore
from mailroom.settings import KafkaSettings, load_settings
from mailroom.streams.kafka import KafkaSink
from tests.unit.departments.documents import document, put

pytestmark = pytest.mark.kafka


def test_only_what_nobody_needs_is_removed(broker: Broker, home: Path, tmp_path: Path, unique: str) -> None:
    """One object is named by a scan, one is a received document's own bytes, two are of documents at desks."""
    kafka = KafkaSettings(bootstrap=broker.bootstrap)
    ensure_topics(broker.bootstrap)
    shelf = tmp_path / "objects"
    store = ObjectStore(f"file://{shelf}")
    names = ("named", "held", "waiting", "handled", "orphan")
    named, held, waiting, handled, orphan = (store.put(f"{unique} {name}".encode()) for name in names)
    settings = load_settings()
    desks = open_store(settings.desks)
    put(desks, settings, document("a", sha256=waiting[-64:]), document("b", sha256=handled[-64:]))
    with desks.writing() as session:
        session.get_one(Document, "b").state = "handled"
    desks.close()
    old = time.time() - 40 * 24 * 3600
    for path in shelf.rglob("*"):
        os.utime(path, (old, old))
    sink = KafkaSink(kafka)
    sink.send(Record(Topic.SCANNED, b"a", b"", (("ce_dataref", named.encode()),)))
    sink.send(Record(Topic.RAW, b"b", f"{unique} held".encode()))
    sink.flush(30)
    words = ["clean", "--older-than", "30d", "--profile", broker.bootstrap, "--json"]
    result = CliRunner().invoke(app, words, env={"MAILROOM_OBJECTS__URI": f"file://{shelf}"})
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["objects"], found["referred_to"], found["removed"]) == (5, 3, 2)
    left = {path.name for path in shelf.rglob("*") if path.is_file()}
    assert left == {uri.rpartition("/")[2] for uri in (named, held, waiting)}
    assert orphan.rpartition("/")[2] not in left


def test_what_people_said_is_kept_for_ever(broker: Broker) -> None:
    """Of all topics the one of judgements forgets nothing: training learns from all of them."""
    ensure_topics(broker.bootstrap)
    topic = ConfigResource(ResourceType.TOPIC, "documents.feedback")
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    [asked] = admin.describe_configs([topic]).values()
    assert asked.result(timeout=30)["retention.ms"].value == "-1"
