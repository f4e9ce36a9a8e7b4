"""`mailroom receive topic`, from a topic of the same cluster, and as from another one."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.topics import ensure_topics
from mailroom.streams.kafka import KafkaSink
from tests.integration.ingest.conftest import CommandLine, read

pytestmark = pytest.mark.kafka

# The real command, with a kill -9 of its own process before the position moves.
DYING = """
import os, signal, sys
from ingest.topic import crossing
class Dying(crossing.Consumer):
    commit = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
crossing.Consumer = Dying
from cli.main import main
main(sys.argv[1:])
"""


class Foreign:
    """A topic of another system, with records as that writes them."""

    def __init__(self, line: CommandLine, name: str, *, elsewhere: bool) -> None:
        self.line, self.name = line, name
        ensure_topics(line.kafka.bootstrap, names=[name])
        # By its other name the same broker is another cluster.
        port = line.kafka.bootstrap.rpartition(":")[2]
        kafka = {"kafka": {"bootstrap": f"localhost:{port}"}} if elsewhere else {}
        mapping = {"topics": [name], "group": name, "id": {"json": "id"}, "file_name": {"header": "name"}}
        content = {"content": {"json": "body", "encoding": "text"}}
        self.mapping = line.home / "mapping.yaml"
        self.mapping.write_text(json.dumps(mapping | content | kafka))

    def write(self, *values: bytes) -> None:
        """Put records there."""
        sink = KafkaSink(self.line.kafka)
        for value in values:
            sink.send(Record(self.name, None, value, (("name", b"a.txt"),)))
        sink.flush(30)
        sink.close()

    def once(self) -> dict[str, Any]:
        """Receive what is there."""
        arguments = ("receive", "topic", "--mapping", str(self.mapping), "--once", "--json")
        _, results, said = self.line.inside(*arguments)
        assert results, said
        answer: dict[str, Any] = json.loads(results)
        return answer

    def die(self) -> int:
        """Receive, and be killed before the position moves."""
        command = self.line.command("receive", "topic", "--mapping", str(self.mapping), "--once")[3:]
        done = subprocess.run(
            [sys.executable, "-c", DYING, *command], env=self.line.environment(), timeout=60, check=False
        )
        return done.returncode

    def ids(self) -> Counter[bytes | None]:
        """How often each document is in the log."""
        source = f"/mailroom/topic/{self.name}".encode()
        return Counter(
            record.key for record in read(self.line, lambda record: record.header("ce_source") == source)
        )


def invoices(unique: str) -> list[bytes]:
    """Ten records."""
    return [json.dumps({"id": f"{unique}-{number}", "body": "An invoice"}).encode() for number in range(10)]


def test_a_topic_of_the_same_cluster_is_read_once(line: CommandLine, unique: str) -> None:
    """Documents and position are one transaction."""
    foreign = Foreign(line, unique, elsewhere=False)
    foreign.write(*invoices(unique))
    assert [foreign.once()["count"], foreign.once()["count"]] == [10, 0]
    assert list(foreign.ids().values()) == [1] * 10


def test_a_kill_between_two_clusters_repeats_ids(line: CommandLine, unique: str) -> None:
    """The position moves behind the acknowledgement: nothing is lost, and the stream drops what comes again."""
    foreign = Foreign(line, unique, elsewhere=True)
    foreign.write(*invoices(unique))
    assert foreign.die() == -signal.SIGKILL
    assert foreign.once()["count"] == 10
    ids = foreign.ids()
    assert set(ids) == {f"{unique}-{number}".encode() for number in range(10)}
    assert max(ids.values()) == 2  # what the first batch held, of one partition or of both


def test_a_record_that_fits_no_mapping_is_a_dead_letter(line: CommandLine, unique: str) -> None:
    """As it came, with what was wrong; its neighbours are documents."""
    foreign = Foreign(line, unique, elsewhere=False)
    foreign.write(b'{"id": "%s", "body": "x"}' % unique.encode(), b"no JSON")
    assert foreign.once()["count"] == 1
    (letter,) = read(
        line,
        lambda record: record.header("__connect.errors.topic") == unique.encode(),
        Topic.DEAD_LETTER,
    )
    assert (letter.value, letter.header("name")) == (b"no JSON", b"a.txt")
    assert letter.header("__connect.errors.reason") == b"malformed-record"


def test_what_cannot_be_meant_is_said_in_a_line(line: CommandLine, tmp_path: Path, unique: str) -> None:
    """A field that no mapping has, and a topic that is not there."""
    file = tmp_path / "mapping.yaml"
    file.write_text("topics: [a]\ncontent: {url: 'https://203.0.113.7/'}\n")
    status, _, said = line.inside("receive", "topic", "--mapping", str(file))
    assert (status, "content.url: Extra inputs are not permitted" in said) == (2, True)
    file.write_text(f"topics: [{unique}]\n")
    status, _, said = line.inside("receive", "topic", "--mapping", str(file))
    assert (status, f"the log has no topic {unique}" in said) == (1, True)
