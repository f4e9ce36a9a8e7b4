"""The verbs on a real broker: list, show, redrive, and a redrive that is killed."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.records import Failure, Position, Record
from mailroom.contracts.topics import Topic
from mailroom.dead_letters.commands import app
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import StreamError, WorkLost
from mailroom.streams.kafka import KafkaSink
from mailroom.streams.kafka_snapshot import KafkaSnapshot
from mailroom.streams.kafka_transactions import KafkaTransactions
from tests.conftest import Until

pytestmark = pytest.mark.kafka


@dataclass(frozen=True)
class Desk:
    """An operator's command line over a broker of its own."""

    kafka: KafkaSettings
    home: Path

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Run a verb as a process of its own and do not wait."""
        command = [sys.executable, "-m", "cli", "dead-letters", *words, "--profile", self.kafka.bootstrap]
        environment = os.environ | {"MAILROOM_HOME": str(self.home)}
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words: str) -> bytes:
        """Run a verb here; its standard output."""
        result = CliRunner().invoke(
            app, [*words, "--profile", self.kafka.bootstrap], env={"MAILROOM_HOME": str(self.home)}
        )
        assert result.exit_code == 0, result.stderr
        return result.stdout_bytes

    def answer(self, *words: str) -> dict[str, Any]:
        """The verb's document."""
        found: dict[str, Any] = json.loads(self.run(*words, "--json"))
        return found

    def send(self, *records: Record) -> list[Position]:
        """Write records and wait; where they lie."""
        sink = KafkaSink(self.kafka)
        places: list[Position] = []
        for record in records:
            sink.send(record, places.append)
        sink.flush(30)
        return places

    def read(self, topic: str) -> list[Record]:
        """What a topic holds."""
        log = KafkaSnapshot(self.kafka)
        try:
            return list(log.records(topic))
        finally:
            log.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A broker with the contract's topics that no other test writes to."""
    folder = tmp_path_factory.mktemp("desk")
    with Broker(folder / "data", folder / "kafka.log") as broker:
        ensure_topics(broker.bootstrap, partitions=1)
        yield Desk(KafkaSettings(bootstrap=broker.bootstrap), folder)


def failed(record: Record, position: Position, reason: str = "oversized") -> Record:
    """A letter as the router writes it: Flink's map has kept the last of repeated headers."""
    kept = Record(record.topic, record.key, record.value, tuple(dict(record.headers).items()))
    return dead_letter(kept, Failure("stream-processing", reason, "because", position))


def test_an_operator_lists_shows_and_redrives(desk: Desk) -> None:
    """Counts and pages; bytes on request alone; the original goes back as it was, once, with its count raised."""
    first = Record(Topic.RAW, b"k", b"bytes", (("ce_id", b"a"), ("x", b"1"), ("x", b"2"), ("ce_time", b"t")))
    bare = Record(Topic.RAW, None, b"bare")
    places = desk.send(first, bare)
    desk.send(
        failed(first, places[0]),
        failed(bare, places[1], "unparsable"),
        failed(Record(Topic.RAW, b"c", b"gone", (("ce_id", b"c"),)), Position(Topic.RAW, 0, 999)),
    )

    listed = desk.answer("list", "--limit", "2")
    assert (listed["count"], listed["by_reason"]) == (3, {"oversized": 2, "unparsable": 1})
    assert [row["id"] for row in listed["letters"]] == ["c", "documents.raw-0-1"]
    assert [row["id"] for row in desk.answer("list", "--skip", "2")["letters"]] == ["a"]
    shown = desk.answer("show", "a")
    assert (shown["bytes"], shown["read_from"], "bytes" in shown["headers"]) == (
        5,
        "documents.raw-0-0",
        False,
    )
    assert desk.run("show", "a", "--content") == b"bytes"

    rehearsed = desk.answer("redrive", "--reason", "oversized", "--dry-run")
    assert (rehearsed["count"], len(desk.read(Topic.RAW))) == (2, 2)
    done = desk.answer("redrive", "--reason", "oversized")
    assert [(each["id"], each["taken_from"], each["lost"] == []) for each in done["redriven"]] == [
        ("a", "original", True),
        ("c", "dead-letter", False),
    ]
    desk.answer("redrive", "--all")
    again = desk.read(Topic.RAW)[2:]
    assert again[0].headers == (*first.headers, ("ce_redrive", b"1"))
    assert again[1].headers[:1] == (("ce_id", b"c"),)
    assert dict(again[2].headers)["ce_id"] == b"documents.raw-0-1"
    assert [record.value for record in again] == [b"bytes", b"gone", b"bare"]

    repeated = desk.answer("redrive", "--all")
    assert (repeated["count"], repeated["already"], desk.answer("list")["count"]) == (0, 3, 0)


def test_a_killed_redrive_loses_and_doubles_nothing(desk: Desk, until: Until) -> None:
    """Killed after its first batches and called again: each of 1,500 documents is sent again exactly once."""
    sent = [Record(Topic.RAW, b"%d" % n, b"x" * 100, (("ce_id", b"%d" % n),)) for n in range(1_500)]
    places = desk.send(*sent)
    desk.send(*(failed(record, place, "truncated") for record, place in zip(sent, places, strict=True)))
    before = len(desk.read(Topic.RAW))
    with desk.start("redrive", "--reason", "truncated") as process:
        assert until(lambda: len(desk.read(Topic.RAW)) > before)
        process.send_signal(signal.SIGKILL)
    copied = len(desk.read(Topic.RAW)) - before
    assert 0 < copied < 1_500
    rest = desk.answer("redrive", "--reason", "truncated")
    assert (rest["count"], rest["already"]) == (1_500 - copied, copied)
    tries = Counter(record.key for record in desk.read(Topic.RAW) if record.header("ce_redrive") == b"1")
    assert {key: tries[key] for key in (record.key for record in sent)} == {r.key: 1 for r in sent}


def test_of_two_writers_of_a_name_the_later_stops_the_earlier(desk: Desk) -> None:
    """So that two redrives at a time never send a letter twice."""
    first = KafkaTransactions(desk.kafka, "redrive")
    second = KafkaTransactions(desk.kafka, "redrive")
    with pytest.raises(StreamError, match="another redrive has taken over"):
        first.write([Record(Topic.TEXT, b"first", b"")])
    second.write([Record(Topic.TEXT, b"second", b"")])
    assert [record.key for record in desk.read(Topic.TEXT)] == [b"second"]


def test_a_record_that_the_log_refuses_takes_nothing_with_it(desk: Desk) -> None:
    """Its transaction is undone, and the writer goes on."""
    writer = KafkaTransactions(desk.kafka, "refused")
    with pytest.raises(WorkLost, match="the log refused the transaction"):
        writer.write([Record(Topic.SCANNED, b"a", b""), Record(Topic.SCANNED, b"b", os.urandom(3 << 20))])
    writer.write([Record(Topic.SCANNED, b"c", b"")])
    assert [record.key for record in desk.read(Topic.SCANNED)] == [b"c"]
