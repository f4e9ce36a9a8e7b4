"""The classifier with somebody else's model behind HTTP, both as processes, and the model killed while it is asked."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from mailroom.contracts import codec
from mailroom.contracts.records import Classification, Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.ports import any_free
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader
from tests.integration.kafka.world import (
    PROJECT,
    Answers,
    classifier,
    foreign_model,
    is_ready,
    own_broker,
    records,
    send,
    until,
)

pytestmark = pytest.mark.kafka

COUNT = 2_000
MODEL = PROJECT / "docs" / "foreign-model" / "model.py"


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[KafkaSettings]:
    """A broker of this test's own."""
    with own_broker(tmp_path) as running:
        yield running


@pytest.fixture
def port() -> int:
    """A port that is free, also for a model that is started again."""
    return any_free()


@contextmanager
def model(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The example of the documentation, as its container starts it; killed at the end."""
    with subprocess.Popen([sys.executable, str(MODEL)], env=os.environ | {"PORT": str(port)}) as process:
        try:
            yield process
        finally:
            process.kill()


def test_no_document_is_lost_or_blamed_when_a_foreign_model_is_killed(
    kafka: KafkaSettings, package: Path, tmp_path: Path, port: int
) -> None:
    """Killed twice among 2,000 records and started again: each is answered once, and only broken ones are refused."""
    send(kafka, records(range(COUNT)))
    answers = Answers(kafka)
    with classifier(kafka, package, tmp_path, **foreign_model(port)) as process:
        for outage in (1, 2):
            with model(port) as asked:
                until(partial(answers.at_least, len(answers.keys) + 100), "100 more answers")
                asked.send_signal(signal.SIGKILL)
                assert asked.wait(10) == -signal.SIGKILL
            assert len(answers.keys) < COUNT, "it had finished before the model was killed"
            until(partial(waits, tmp_path / "log", outage), "the door waits")
        assert is_ready(process, tmp_path)
        with model(port):
            until(partial(answers.at_least, COUNT), "the last answer")
            until(answers.nothing_follows, "the end of the topics")
        process.terminate()
        process.communicate(timeout=20)
    answers.close()
    assert process.returncode == 0
    assert Counter(answers.keys) == Counter({f"d{n}".encode(): 1 for n in range(COUNT)})
    assert answers.topics == {"documents.classified": 1980, "documents.dead-letter": 20}
    first = _first(kafka)
    assert (first.label, first.decision, first.model.name, first.model.version) == (
        "invoice",
        "auto",
        "words",
        "1",
    )


def waits(log: Path, outage: int) -> bool:
    """Whether the door has noticed so many outages."""
    return log.read_text().count('"tries": 1}') + log.read_text().count('"tries": 1,') >= outage


def _first(kafka: KafkaSettings) -> Classification:
    reader = KafkaReader(kafka, [Topic.CLASSIFIED])
    found: list[Record] = []

    def read() -> bool:
        found.extend(reader.poll(1, 0.1))
        return bool(found)

    until(read, "a label")
    reader.close()
    return codec.decode(Classification, found[0].value or b"")
