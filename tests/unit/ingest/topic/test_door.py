"""The topic door's batches in memory."""

from dataclasses import dataclass, field
from hashlib import sha256

import pytest

from ingest.content import Intake
from ingest.documents import Outcome
from ingest.topic.door import Door
from ingest.topic.mapping import Mapping
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.objects import StoreUnavailable
from mailroom.streams.clock import FakeClock
from mailroom.streams.memory import MemoryExchange, MemoryLog


@dataclass
class Store:
    """Keeps nothing, and is away for so many calls."""

    away: int = 0
    kept: list[bytes] = field(default_factory=list)

    def put(self, data: bytes) -> str:
        """Keep, or not."""
        if self.away:
            self.away -= 1
            raise StoreUnavailable("away")
        self.kept.append(data)
        return f"memory://{sha256(data).hexdigest()}"


@dataclass
class World:
    """A door over a log in memory."""

    log: MemoryLog = field(default_factory=lambda: MemoryLog(FakeClock()))
    store: Store = field(default_factory=Store)
    refused: list[Outcome] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        mapping = Mapping.model_validate({"topics": ["in"], "id": {"key": True}})
        self.exchange = MemoryExchange(self.log, ["in"], "g")
        intake = Intake(self.store, inline_limit=10)
        self.door = Door(self.exchange, mapping, intake, FakeClock(), self.refused.append, self.counts.append)

    def ids(self) -> list[bytes | None]:
        """What became documents."""
        return [record.key for record in self.log.topics[Topic.RAW]]


@pytest.fixture
def world() -> World:
    """Three records, one of which has no key."""
    found = World()
    for key, value in ((b"a", b"one"), (None, b"two"), (b"c", b"three, which is large")):
        found.log.append(Record("in", key, value, (("ce_dataref", b"file:///etc/passwd"),)))
    return found


def test_a_batch_is_documents_and_dead_letters(world: World) -> None:
    """Each record is one or the other, and the position moves once."""
    assert [world.door.step(), world.door.step()] == [True, False]
    assert (world.ids(), world.counts, len(world.refused)) == ([b"a", b"c"], [2], 1)
    (letter,) = world.log.topics[Topic.DEAD_LETTER]
    assert (letter.value, letter.header("__connect.errors.offset")) == (b"two", b"1")
    assert world.store.kept == [b"three, which is large"]


def test_headers_of_the_record_are_not_passed_on(world: World) -> None:
    """A reference of the sender's would be ours to follow."""
    world.door.step()
    assert world.log.topics[Topic.RAW][0].header("ce_dataref") is None


def test_a_refused_commit_polls_the_same_again(world: World) -> None:
    """Nothing of it is visible, and nothing is lost."""
    world.exchange.refuse = 1
    world.door.step()
    assert world.ids() == []
    world.door.step()
    assert world.ids() == [b"a", b"c"]


def test_a_store_that_is_away_loses_nothing(world: World) -> None:
    """The batch is polled again when it is back."""
    world.store.away = 1
    with pytest.raises(StoreUnavailable):
        world.door.step()
    world.door.step()
    assert world.ids() == [b"a", b"c"]
