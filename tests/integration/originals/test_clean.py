"""`mailroom originals clean` over a real log."""

import json
import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.objects import ObjectStore
from mailroom.originals.commands import app
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaSink

pytestmark = pytest.mark.kafka


def test_only_what_no_record_needs_is_removed(broker: Broker, tmp_path: Path, unique: str) -> None:
    """One object is named by a scan, one is a received document's own bytes, and one is nobody's."""
    kafka = KafkaSettings(bootstrap=broker.bootstrap)
    ensure_topics(broker.bootstrap)
    store = ObjectStore(f"file://{tmp_path}")
    named, held, orphan = (store.put(f"{unique} {name}".encode()) for name in ("named", "held", "orphan"))
    old = time.time() - 40 * 24 * 3600
    for path in tmp_path.rglob("*"):
        os.utime(path, (old, old))
    sink = KafkaSink(kafka)
    sink.send(Record(Topic.SCANNED, b"a", b"", (("ce_dataref", named.encode()),)))
    sink.send(Record(Topic.RAW, b"b", f"{unique} held".encode()))
    sink.flush(30)
    words = ["clean", "--older-than", "30d", "--profile", broker.bootstrap, "--json"]
    result = CliRunner().invoke(app, words, env={"MAILROOM_OBJECTS__URI": f"file://{tmp_path}"})
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["objects"], found["referred_to"], found["removed"]) == (3, 2, 1)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {uri.rpartition("/")[2] for uri in (named, held)}
    assert orphan.rpartition("/")[2] not in left
