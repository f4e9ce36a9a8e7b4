"""The classifier as a process, on a real broker, killed in the middle of its work."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from mailroom.contracts import codec
from mailroom.contracts.records import Record, Source, TextDocument
from mailroom.contracts.topics import Topic
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader, KafkaSink

pytestmark = pytest.mark.kafka

COUNT = 2_000
BATCH = 10
DEADLINE_SECONDS = 60.0
SOURCE = Source("documents.raw", 0, 0, "text/plain", 9, "0" * 64, "2026-01-01T00:00:00.000Z")
PROJECT = Path(__file__).parents[3]


def records() -> list[Record]:
    """Texts, of which every hundredth is no document at all."""
    documents = [
        TextDocument(f"d{n}", f"an invoice {n}", "en", (), 1, SOURCE, "2026-01-01T00:00:00.000Z")
        for n in range(COUNT)
    ]
    return [
        Record(Topic.TEXT, each.id.encode(), b"{" if n % 100 == 7 else codec.encode(each))
        for n, each in enumerate(documents)
    ]


def send(kafka: KafkaSettings, sent: list[Record]) -> None:
    """Write them and wait."""
    sink = KafkaSink(kafka)
    for record in sent:
        sink.send(record)
    sink.flush(DEADLINE_SECONDS)
    sink.close()


@contextmanager
def classifier(kafka: KafkaSettings, package: Path, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The service as its supervisor starts it; killed at the end if it still runs."""
    (folder / "ready").write_text("{}")
    environment = os.environ | {
        "MAILROOM_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "MAILROOM_CLASSIFIER__PACKAGE": str(package),
        "MAILROOM_CLASSIFIER__BATCH_SIZE": str(BATCH),
        "MAILROOM_OBJECTS__URI": f"file://{folder / 'objects'}",
        "MAILROOM_READY": str(folder / "ready"),
    }
    with (
        (folder / "log").open("a") as log,
        subprocess.Popen(
            [sys.executable, "-m", "classifier_service", "--json"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"it never happened: {what}"
        time.sleep(0.01)


def is_ready(process: "subprocess.Popen[str]", folder: Path) -> bool:
    """Whether the process has announced itself."""
    assert process.poll() is None, (folder / "log").read_text()
    announced: dict[str, int] = json.loads((folder / "ready").read_text())
    return announced.get("pid") == process.pid


class Answers:
    """The keys of all committed answers so far."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._reader = KafkaReader(kafka, [Topic.CLASSIFIED, Topic.DEAD_LETTER])
        self.keys: list[bytes | None] = []
        self.topics: Counter[str] = Counter()

    def at_least(self, count: int) -> bool:
        """Whether so many have been seen."""
        for record in self._reader.poll(1000, 0.05):
            self.keys.append(record.key)
            self.topics[record.topic] += 1
        return len(self.keys) >= count

    def nothing_follows(self) -> bool:
        """Whether the topics end here."""
        seen = len(self.keys)
        return not self.at_least(seen + 1) and self._reader.caught_up()

    def close(self) -> None:
        """Release the connection."""
        self._reader.close()


def test_nothing_is_lost_or_doubled_when_the_classifier_is_killed(
    kafka: KafkaSettings, package: Path, tmp_path: Path
) -> None:
    """Killed twice among 2,000 records and started again, it answers each exactly once, the broken ones too."""
    ensure_topics(kafka.bootstrap)
    send(kafka, records())
    answers = Answers(kafka)
    for _ in range(2):
        with classifier(kafka, package, tmp_path) as process:
            until(partial(answers.at_least, len(answers.keys) + 50), "50 more answers")
            process.send_signal(signal.SIGKILL)
            assert process.wait(10) == -signal.SIGKILL
        assert len(answers.keys) < COUNT, "it had finished before it was killed"
    with classifier(kafka, package, tmp_path) as process:
        until(partial(is_ready, process, tmp_path), "ready")
        until(partial(answers.at_least, COUNT), "the last answer")
        until(answers.nothing_follows, "the end of the topics")
        process.terminate()
        output, _ = process.communicate(timeout=10)
    answers.close()
    assert process.returncode == 0
    assert json.loads(output)["text"]["labelled"] > 0, "the last run had nothing to do"
    assert Counter(answers.keys) == Counter({f"d{n}".encode(): 1 for n in range(COUNT)})
    assert answers.topics == {"documents.classified": 1980, "documents.dead-letter": 20}


def test_a_missing_broker_is_one_line(package: Path, tmp_path: Path) -> None:
    """Without a broker the service ends with status 1 and says how to mend it."""
    nowhere = KafkaSettings(bootstrap="127.0.0.1:1")
    with classifier(nowhere, package, tmp_path) as process:
        assert process.wait(DEADLINE_SECONDS) == 1
    [line] = [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("mailroom: ")]
    assert line.startswith("mailroom: no Kafka broker answers at 127.0.0.1:1: start one with")
