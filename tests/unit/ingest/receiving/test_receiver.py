"""The loop of the doors that fetch, over a source and a log in memory."""

import io
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from ingest.content import Intake
from ingest.documents import Failed, Sent
from ingest.errors import SourceRefused, SourceUnavailable
from ingest.receiving import patience
from ingest.receiving.handover import Arrival, Handover, Refusal
from ingest.receiving.receiver import Receiver, Settled, run_all
from ingest.tally import Tally
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.streams.base import Acknowledged
from mailroom.streams.clock import FakeClock
from mailroom.streams.errors import DeliveryFailed, RecordRefused
from mailroom.streams.memory import MemoryLog, MemorySink


@dataclass
class Log(MemorySink):
    """A log that fails as it is told to."""

    away: int = 0
    refused: frozenset[str] = frozenset()
    closed: int = 0

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Append, or not."""
        if (record.key or b"").decode() in self.refused:
            raise RecordRefused("too large")
        super().send(record, acknowledged)

    def flush(self, timeout: float) -> None:  # noqa: ARG002 - there is nothing to wait for
        """Acknowledge, or not."""
        if self.away:
            self.away -= 1
            raise DeliveryFailed("away")

    def close(self) -> None:
        """Count."""
        self.closed += 1


@dataclass
class Box:
    """What lies at the source, over all connections."""

    names: list[str]
    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    connections: int = 0
    trouble: list[Exception] = field(default_factory=list)
    refusals: frozenset[str] = frozenset()
    lasting: bool = False

    def connect(self) -> "Connection":
        """Reach it, or not."""
        self.connections += 1
        if self.trouble:
            raise self.trouble.pop(0)
        return Connection(self)


@dataclass
class Connection:
    """A source of documents named by letters."""

    box: Box

    def take(self) -> Sequence[Arrival]:
        """What is neither done nor failed."""
        names = [name for name in self.box.names if name not in self.box.done + self.box.failed]
        return [self._arrival(name) for name in names]

    def settle(self, settled: Sequence[Settled]) -> None:
        """Note what became of each."""
        for arrival, outcome in settled:
            (self.box.done if isinstance(outcome, Sent) else self.box.failed).append(arrival.id)

    def wait(self, stop: threading.Event) -> None:
        """Nothing more will come."""
        if not self.box.lasting:
            stop.set()
        assert stop.wait(30)

    def close(self) -> None:
        """Nothing is held."""

    def _arrival(self, name: str) -> Arrival:
        refusal = (
            Refusal("test", Reason.MALFORMED_RECORD, "not so", "box") if name in self.box.refusals else None
        )
        return Arrival(name, name, lambda: closing(io.BytesIO(name.encode())), f"{name}.txt", refusal=refusal)


class World:
    """A receiver over a box and a log."""

    def __init__(self, box: Box, intake: Intake, *, once: bool = False) -> None:
        self.box, self.log, self.stop = box, Log(MemoryLog(FakeClock())), threading.Event()
        self.tally = Tally(quiet=True)
        handover = Handover(lambda: self.log, intake, FakeClock(), "/test")
        self.receiver = Receiver("box", box.connect, handover, self.tally, self.stop, once)

    def ids(self, topic: Topic = Topic.RAW) -> list[str]:
        """What the log has."""
        return [(record.key or b"").decode() for record in self.log.log.topics[topic]]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.0)


def test_what_is_taken_is_sent_and_then_settled(intake: Intake) -> None:
    """In order, once."""
    world = World(Box(["a", "b"]), intake)
    world.receiver.run()
    assert (world.ids(), world.box.done, world.tally.sent_count) == (["a", "b"], ["a", "b"], 2)
    assert world.log.closed == 1


def test_without_acknowledgement_nothing_is_settled(intake: Intake) -> None:
    """The log is away for a moment: the same ids are sent again, over new connections."""
    world = World(Box(["a"]), intake)
    world.log.away = 2
    world.receiver.run()
    assert (world.ids(), world.box.done) == (["a", "a", "a"], ["a"])
    assert (world.box.connections, world.tally.sent_count) == (3, 1)


def test_one_that_the_log_never_takes_goes_alone(intake: Intake) -> None:
    """It is settled as failed, the others as sent."""
    world = World(Box(["a", "b", "c"]), intake)
    world.log.refused = frozenset({"b"})
    world.receiver.run()
    assert (world.box.done, world.box.failed) == (["a", "c"], ["b"])
    assert list(world.tally.failed) == [Failed("b", "too large")]


def test_what_is_no_document_is_a_dead_letter(intake: Intake) -> None:
    """As it came, with its reason; and settled."""
    world = World(Box(["a", "b"], refusals=frozenset({"b"})), intake)
    world.receiver.run()
    assert (world.ids(), world.ids(Topic.DEAD_LETTER), world.box.failed) == (["a"], ["b"], ["b"])
    (letter,) = world.log.log.topics[Topic.DEAD_LETTER]
    assert (letter.value, letter.header("__connect.errors.reason")) == (b"b", b"malformed-record")


def test_outages_of_the_source_are_waited_out(intake: Intake) -> None:
    """Also at the start: servers come up in any order."""
    world = World(Box(["a"], trouble=[SourceUnavailable("away")] * 3), intake)
    world.receiver.run()
    assert (world.box.connections, world.ids()) == (4, ["a"])


def test_a_refusal_ends_the_start_alone(intake: Intake) -> None:
    """Nobody need wait for a wrong password; of a server that let us in before, it may pass."""
    world = World(Box(["a"], trouble=[SourceRefused("wrong password")]), intake)
    with pytest.raises(SourceRefused):
        world.receiver.run()
    later = World(Box(["a"]), intake)
    later.log.away = 1
    later.receiver.connected = lambda: later.box.trouble.append(SourceRefused("not now"))
    later.receiver.run()
    assert later.ids() == ["a", "a"]


def test_once_tries_nothing_again(intake: Intake) -> None:
    """An outage is its end; without one, the end is where nothing is left."""
    World(Box(["a"]), intake, once=True).receiver.run()
    world = World(Box(["a"], trouble=[SourceUnavailable("away")]), intake, once=True)
    with pytest.raises(SourceUnavailable):
        world.receiver.run()


def test_one_that_fails_ends_the_others(intake: Intake) -> None:
    """Of several receivers the first failure is told, and none is left running."""
    good, bad = World(Box(["a"], lasting=True), intake), World(Box([], trouble=[SourceRefused("no")]), intake)
    good.receiver.stop = bad.receiver.stop
    with pytest.raises(SourceRefused):
        run_all([good.receiver, bad.receiver], bad.receiver.stop)
    assert bad.receiver.stop.is_set()
