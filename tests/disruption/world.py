"""Documents good and broken, kills, and waiting: what the tests of disruption share."""

import io
import json
import random
import sys
import time
import zipfile
from collections.abc import Callable

import psutil

from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.embedded.state import SystemState, read_state
from mailroom.streams.kafka import KafkaSink

MAILROOM = (sys.executable, "-m", "cli")
DEADLINE = 240.0
NOISE = random.Random(5).randbytes(2_000)
TEXT = "Invoice no. {number}\nPlease pay the total of {number}.00 EUR within 14 days to our bank account."


def send(sink: KafkaSink, numbers: range) -> None:
    """Documents by number; every hundredth is broken in one of five ways or has a strange key; some come twice."""
    for number in numbers:
        sink.send(document(number))
        if number % 100 == 50:
            sink.send(document(number))
    sink.flush(60)


def document(number: int) -> Record:
    """A document: mostly an invoice, sometimes something no parser can read, or an archive of two invoices."""
    identifier = (h.ID, f"document-{number}".encode())
    good = TEXT.format(number=number).encode()
    odd = {
        20: Record(Topic.RAW, None, archive(good + b" (1)", good + b" (2)"), (identifier,)),
        0: Record(Topic.RAW, None, NOISE, (identifier,)),
        100: Record(Topic.RAW, None, b"", (identifier,)),
        200: Record(Topic.RAW, None, None, (identifier,)),
        300: Record(Topic.RAW, None, good, ((h.ID, b"\xff%d" % number),)),
        400: Record(Topic.RAW, b"\xff\xfe", good, (identifier,)),
    }
    return odd.get(number % 500, Record(Topic.RAW, identifier[1], good, (identifier,)))


def archive(*contents: bytes) -> bytes:
    """A zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for number, content in enumerate(contents):
            file.writestr(zipfile.ZipInfo(f"{number}.txt"), content)
    return out.getvalue()


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
