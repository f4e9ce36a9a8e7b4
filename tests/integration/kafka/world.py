"""The classifier as processes on a real broker, what is sent to it, and what it has answered."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from mailroom.contracts import codec
from mailroom.contracts.records import Record, Source, TextDocument
from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.model_package import Provenance, write
from mailroom.model_package.runtimes.linear_text import describe
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader, KafkaSink
from mailroom.textprep import PREP_VERSION

BATCH = 10
DEADLINE_SECONDS = 60.0
SOURCE = Source("documents.raw", 0, 0, "text/plain", 9, "0" * 64, "2026-01-01T00:00:00.000Z")
PROJECT = Path(__file__).parents[3]
LABELS = ("invoice", "offer", "purchase_order", "job_application", "complaint", "service_request", "other")
WORDS = ("invoice", "offer", "order", "application", "complaint", "repair", "news")


def word_package(directory: Path) -> Path:
    """Write a real package that knows one word for every label."""
    description = describe(WORDS, np.ones(7), np.eye(7) * 9, np.zeros(7)).with_parameters(temperature=1.0)
    provenance = Provenance(name="words", kernel="by-hand", prep_version=PREP_VERSION, version="1")
    write(directory, description, labels=LABELS, provenance=provenance, golden=["an invoice", "no news"])
    return directory


def records(numbers: range) -> list[Record]:
    """Texts, of which every hundredth is no document at all."""
    documents = [
        TextDocument(f"d{n}", f"an invoice {n}", "en", (), 1, SOURCE, "2026-01-01T00:00:00.000Z")
        for n in numbers
    ]
    return [
        Record(Topic.TEXT, each.id.encode(), b"{" if n % 100 == 7 else codec.encode(each))
        for n, each in zip(numbers, documents, strict=True)
    ]


def send(kafka: KafkaSettings, sent: list[Record]) -> None:
    """Write them and wait."""
    sink = KafkaSink(kafka)
    for record in sent:
        sink.send(record)
    sink.flush(DEADLINE_SECONDS)
    sink.close()


@contextmanager
def classifier(
    kafka: KafkaSettings, package: Path, folder: Path, **more: str
) -> Iterator["subprocess.Popen[str]"]:
    """The service as its supervisor starts it; killed at the end if it still runs.

    Args:
        kafka: The broker.
        package: The model package.
        folder: For its log and its ready file.
        more: Further variables of its environment.
    """
    folder.mkdir(exist_ok=True)
    (folder / "ready").write_text("{}")
    environment = os.environ | {
        "MAILROOM_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "MAILROOM_CLASSIFIER__PACKAGE": str(package),
        "MAILROOM_CLASSIFIER__BATCH_SIZE": str(BATCH),
        "MAILROOM_OBJECTS__URI": f"file://{folder / 'objects'}",
        "MAILROOM_READY": str(folder / "ready"),
        **more,
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


@contextmanager
def own_broker(folder: Path) -> Iterator[KafkaSettings]:
    """A broker that no other test writes to, with the project's topics; its data lies in the folder."""
    with Broker(folder / "data", folder / "kafka.log") as running:
        ensure_topics(running.bootstrap)
        yield KafkaSettings(bootstrap=running.bootstrap)


def foreign_model(port: int) -> dict[str, str]:
    """Settings of a classifier of texts that asks the documentation's foreign model, on a port of this machine."""
    return {
        "MAILROOM_CLASSIFIER__REMOTE__URL": f"http://127.0.0.1:{port}",
        "MAILROOM_CLASSIFIER__REMOTE__MODEL": "words",
        "MAILROOM_CLASSIFIER__REVIEW_BELOW": "0.5",
        "MAILROOM_CLASSIFIER__DOORS": '["text"]',
    }
