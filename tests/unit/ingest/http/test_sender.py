"""What is promised, and what is not, when the log takes it, refuses it or goes away."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.http.entries import Entry, State
from ingest.http.errors import NotAcknowledged
from ingest.http.journal import Journal
from ingest.http.sender import Parcel, Sender
from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.streams.base import Acknowledged
from mailroom.streams.clock import FakeClock
from mailroom.streams.errors import DeliveryFailed, RecordRefused
from mailroom.streams.memory import MemoryLog, MemorySink

AT = 1_767_225_600.0


@dataclass
class FickleSink:
    """A log that refuses documents for their own sake, and is away for a while.

    Attributes:
        sink: Behind it.
        outages: How many flushes fail.
        closed: How often it was given up.
        gate: No flush ends before it is set.
    """

    sink: MemorySink
    outages: list[int] = field(default_factory=lambda: [0])
    closed: list[int] = field(default_factory=lambda: [0])
    gate: threading.Event = field(default_factory=threading.Event)
    _error: DeliveryFailed | None = None

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Refuse what says so; queue the others for ever while it is away."""
        if record.value == b"poison":
            self._error = RecordRefused("too large: split it")
        elif not self.outages[0]:
            self.sink.send(record, acknowledged)

    def flush(self, timeout: float) -> None:
        """Tell what went wrong."""
        assert self.gate.wait(timeout)
        if self.outages[0]:
            self.outages[0] -= 1
            raise DeliveryFailed("not acknowledged: is the broker up?")
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Given up."""
        self.closed[0] += 1


@dataclass
class World:
    """A sender, its journal and its log."""

    sender: Sender
    journal: Journal
    log: MemoryLog
    outages: list[int]
    closed: list[int]
    gate: threading.Event

    def send(self, *documents: tuple[str, bytes]) -> "Future[list[Entry]]":
        """Hand documents over."""
        return self.sender.send(
            [
                Parcel(Entry(name, number, AT), Record(Topic.RAW, name.encode(), content))
                for number, (name, content) in enumerate(documents)
            ]
        )

    def state(self, name: str) -> State | None:
        """What the journal says."""
        entry = self.journal.find(name)
        return None if entry is None else entry.state


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A log that works until it is told otherwise."""
    log, outages, closed, gate = MemoryLog(), [0], [0], threading.Event()
    gate.set()
    with closing(Journal(tmp_path / "journal.sqlite3")) as journal:
        sender = Sender(lambda: FickleSink(MemorySink(log), outages, closed, gate), journal, FakeClock())
        yield World(sender, journal, log, outages, closed, gate)
        sender.close()


def test_what_the_log_has_is_promised_and_noted(world: World) -> None:
    """Entries come back with their places, as the journal then has them."""
    entries = world.send(("a", b"1"), ("b", b"2")).result(10)
    assert [(entry.id, entry.state, entry.position) for entry in entries] == [
        ("a", State.IN_LOG, Position(Topic.RAW, 0, 0)),
        ("b", State.IN_LOG, Position(Topic.RAW, 0, 1)),
    ]
    assert world.journal.find("b") == entries[1]


def test_what_the_log_does_not_acknowledge_is_no_promise(world: World) -> None:
    """While the log is away whoever sends is told; the next connection serves the next one."""
    world.outages[0] = 1
    with pytest.raises(NotAcknowledged, match="same idempotency-key"):
        world.send(("a", b"1")).result(10)
    assert world.state("a") is State.RECEIVED
    assert world.closed == [1]
    assert world.send(("a", b"1")).result(10)[0].state is State.IN_LOG
    assert world.state("a") is State.IN_LOG


def test_a_document_that_the_log_refuses_takes_no_other_with_it(world: World) -> None:
    """Of requests in one batch those without the poisoned document are served."""
    world.gate.clear()
    first = world.send(("first", b"1"))
    poisoned, fine = world.send(("p", b"poison")), world.send(("fine", b"2"))
    world.gate.set()
    with pytest.raises(NotAcknowledged):
        poisoned.result(10)
    assert [future.result(10)[0].state for future in (first, fine)] == [State.IN_LOG, State.IN_LOG]
    assert {record.value for record in world.log.topics[Topic.RAW]} == {b"1", b"2"}


def test_what_was_handed_over_is_finished_at_the_end(world: World) -> None:
    """Closing waits for all that was taken."""
    futures = [world.send((f"d{number}", b"x")) for number in range(50)]
    world.sender.close()
    assert all(future.done() and future.exception() is None for future in futures)
    world.sender = Sender(lambda: MemorySink(world.log), world.journal, FakeClock())
