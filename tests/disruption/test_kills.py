"""The law of conservation under kill -9: nothing is lost, nothing comes twice."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.state import SystemState, read_state
from mailroom.following.follower import Follower
from mailroom.following.ledger import Ledger
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader, KafkaSink

DOCUMENTS = 2_000
DEADLINE = 240.0
NOISE = random.Random(5).randbytes(2_000)
TEXT = "Invoice no. {number}\nPlease pay the total of {number}.00 EUR within 14 days to our bank account."

pytestmark = [pytest.mark.kafka, pytest.mark.flink, pytest.mark.timeout(600)]


@pytest.fixture
def up(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SystemState]:
    """An embedded system of its own."""
    monkeypatch.setenv("MAILROOM_HOME", str(tmp_path))
    subprocess.run([*MAILROOM, "up", "--detach", "--package", str(package)], check=True, timeout=180)
    yield state()
    subprocess.run([*MAILROOM, "down"], check=True, timeout=60)


MAILROOM = (sys.executable, "-m", "cli")


def test_a_killed_classifier_and_a_killed_job_lose_and_double_nothing(up: SystemState) -> None:
    """2,000 documents, one in a hundred broken; the classifier is killed, then the job; the books balance."""
    kafka = KafkaSettings(bootstrap=up.bootstrap)
    ledger = Ledger()
    follower = Follower(KafkaReader(kafka, Follower.topics), ledger, lambda _: None)
    sink = KafkaSink(kafka)

    send(sink, range(700))
    follower.until(within(lambda: len(ledger.outcomes) > 100))
    kill("classifier")
    send(sink, range(700, 1_400))
    kill("flink")
    send(sink, range(1_400, DOCUMENTS))
    follower.until(within(lambda: ledger.settled(DOCUMENTS, DOCUMENTS + 20)))

    assert ledger.lost == set()
    assert ledger.doubled == set()
    assert ledger.duplicates == 20
    assert ledger.reasons == {"unknown-media-type": 4, "empty": 4, "null-value": 4, "malformed-header": 4}
    assert len(ledger.classified) == 1_984
    restarts = {service.name: service.restarts for service in state().services}
    assert restarts == {"kafka": 0, "flink": 1, "classifier": 1}


def send(sink: KafkaSink, numbers: range) -> None:
    """Documents by number; every hundredth is broken in one of five ways or has a strange key; some come twice."""
    for number in numbers:
        sink.send(document(number))
        if number % 100 == 50:
            sink.send(document(number))
    sink.flush(60)


def document(number: int) -> Record:
    """A document: mostly an invoice, sometimes something no parser can read."""
    identifier = (h.ID, f"document-{number}".encode())
    good = TEXT.format(number=number).encode()
    broken = {
        0: Record(Topic.RAW, None, NOISE, (identifier,)),
        100: Record(Topic.RAW, None, b"", (identifier,)),
        200: Record(Topic.RAW, None, None, (identifier,)),
        300: Record(Topic.RAW, None, good, ((h.ID, b"\xff%d" % number),)),
        400: Record(Topic.RAW, b"\xff\xfe", good, (identifier,)),
    }
    return broken.get(number % 500, Record(Topic.RAW, identifier[1], good, (identifier,)))


def kill(name: str) -> None:
    """Kill -9 the service's own process, below its guard."""
    guard = next(service.pid for service in state().services if service.name == name)
    for child in psutil.Process(guard).children():
        child.kill()


def state() -> SystemState:
    """The running system."""
    found = read_state()
    assert found is not None, "the system is not up"
    return found


def within(condition: Callable[[], bool]) -> Callable[[], bool]:
    """The condition, or a failure after the deadline."""
    deadline = time.monotonic() + DEADLINE

    def met() -> bool:
        assert time.monotonic() < deadline, (
            f"not met within {DEADLINE:.0f} s: {json.dumps(state().document())}"
        )
        return condition()

    return met
