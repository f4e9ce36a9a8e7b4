"""A run of redriving over a log in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from typer.testing import CliRunner

from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Failure, Position, Record
from mailroom.contracts.topics import Topic
from mailroom.dead_letters.commands import app
from mailroom.dead_letters.redriving import NO_WAY_BACK, Redrive
from mailroom.dead_letters.selection import Selection, selection
from mailroom.streams.clock import FakeClock
from mailroom.streams.errors import WorkLost
from mailroom.streams.memory import MemoryLog

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@dataclass
class Desk:
    """A log and a writer that refuses transactions of some documents."""

    log: MemoryLog = field(default_factory=lambda: MemoryLog(FakeClock()))
    refused: frozenset[bytes] = frozenset()

    def records(self, topic: str) -> Iterable[Record]:
        """What is there now."""
        return list(self.log.topics[topic])

    def at(self, position: Position) -> Record | None:
        """By place."""
        records = self.log.topics[position.topic]
        return records[position.offset] if 0 <= position.offset < len(records) else None

    def write(self, records: Sequence[Record]) -> None:
        """All or nothing."""
        if any(record.key in self.refused for record in records):
            raise WorkLost("too large")
        for record in records:
            self.log.append(record)

    def fail(self, identifier: str, reason: str = "empty", topic: str = Topic.RAW) -> None:
        """A record, and its letter a minute later."""
        place = self.log.append(Record(topic, identifier.encode(), b"v", (("ce_id", identifier.encode()),)))
        failure = Failure("stream-processing", reason, "because", place)
        self.log.append(dead_letter(self.log.topics[topic][place.offset], failure))
        self.log.clock.sleep(60)

    def again(self, chosen: Selection | None = None, **more: object) -> list[str]:
        """Ids that a run sends."""
        work = Redrive(self, self, FakeClock(), **more)  # type: ignore[arg-type]
        return [each.letter.id for each in work.run(chosen or Selection()) if each.copy]


def test_a_letter_is_sent_once() -> None:
    """The second run passes over what the first sent; `again` sends it all the same."""
    desk = Desk()
    desk.fail("a")
    assert desk.again() == ["a"]
    assert desk.again() == []
    assert desk.again(again=True) == ["a"]


def test_what_fails_again_is_sent_again_with_its_count() -> None:
    """A new failure is a new letter."""
    desk = Desk()
    desk.fail("a")
    desk.again()
    copy = desk.log.topics[Topic.RAW][-1]
    assert copy.position is not None
    desk.log.append(dead_letter(copy, Failure("stream-processing", "empty", "because", copy.position)))
    assert desk.again() == ["a"]
    assert desk.log.topics[Topic.RAW][-1].header("ce_redrive") == b"2"


def test_the_marks_of_forgotten_letters_are_forgotten() -> None:
    """What the log no longer has needs no mark; the next run finds none, and a rehearsal writes nothing."""
    desk = Desk()
    desk.fail("a")
    desk.fail("b")
    desk.again()
    desk.log.topics[Topic.DEAD_LETTER].pop(0)
    list(Redrive(desk, None, FakeClock()).run(Selection()))
    assert len(desk.log.topics[Topic.REDRIVEN]) == 2
    assert desk.again() == []
    forgotten = desk.log.topics[Topic.REDRIVEN][2:]
    assert [(record.key, record.value) for record in forgotten] == [(b"documents.dead-letter-0-0", None)]
    assert desk.again() == []
    assert len(desk.log.topics[Topic.REDRIVEN]) == 3


def test_a_limit_leaves_the_rest_for_the_next_run() -> None:
    """Two of three now, the third later."""
    desk = Desk()
    for name in "abc":
        desk.fail(name)
    assert desk.again(limit=2) == ["a", "b"]
    assert desk.again(limit=2) == ["c"]


def test_one_refused_letter_does_not_keep_back_the_others() -> None:
    """What the log refuses together is tried alone; the refused one is told and not marked."""
    desk = Desk(refused=frozenset({b"b"}))
    for name in "abc":
        desk.fail(name)
    found = list(Redrive(desk, desk, FakeClock()).run(Selection()))
    assert [(each.letter.id, each.problem) for each in found] == [
        ("a", None),
        ("b", "too large"),
        ("c", None),
    ]
    desk.refused = frozenset()
    assert desk.again() == ["b"]


def test_a_letter_without_a_way_back_is_told() -> None:
    """It is neither sent nor marked."""
    desk = Desk()
    desk.fail("a", topic="elsewhere")
    [found] = Redrive(desk, desk, FakeClock()).run(Selection())
    assert (found.copy, found.problem) == (None, NO_WAY_BACK)
    assert desk.log.topics[Topic.REDRIVEN] == []


@pytest.mark.parametrize(
    ("flags", "ids"),
    [
        ({"reasons": ["empty"]}, ["a", "c"]),
        ({"reasons": ["empty", "oversized"]}, ["a", "b", "c"]),
        ({"ids": ["b", "documents.dead-letter-0-2"]}, ["b", "c"]),
        ({"since": "2026-01-01T00:01:00Z"}, ["b", "c"]),
        ({"since": "2026-01-01T01:01:00+01:00", "until": "2026-01-01T00:02:00Z"}, ["b"]),
        ({"until": "1h"}, []),
        ({"stages": ["classifier"]}, []),
        ({"reasons": ["empty"], "ids": ["c"]}, ["c"]),
    ],
)
def test_letters_are_chosen(flags: dict[str, object], ids: list[str]) -> None:
    """By reason, id, place, stage and time; what is given together must hold together."""
    desk = Desk()
    for name, reason in zip("abc", ("empty", "oversized", "empty"), strict=True):
        desk.fail(name, reason)
    given = {"reasons": [], "stages": [], "ids": [], "since": None, "until": None, **flags}
    assert desk.again(selection(**given, now=NOW)) == ids  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        ["redrive"],
        ["redrive", "--all", "--reason", "empty"],
        ["show", "a", "--content", "--json"],
        ["show", "a", "--content", "--output", "a.pdf"],
        ["list", "--since", "then"],
    ],
)
def test_a_call_that_cannot_be_meant_needs_no_log(words: list[str]) -> None:
    """It is refused before anybody is asked."""
    result = CliRunner().invoke(app, [*words, "--profile", "127.0.0.1:1"])
    assert isinstance(result.exception, UsageError)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"reasons": ["oversize"]}, "--reason 'oversize': there are null-value, empty"),
        ({"since": "yesterday"}, "'yesterday' is no time: say 2026-01-31T08:00:00Z"),
        ({"until": "2026-01-01T00:00:00"}, "is no time"),
    ],
)
def test_what_cannot_be_meant_is_refused(flags: dict[str, object], said: str) -> None:
    """The message says what is allowed."""
    given = {"reasons": [], "stages": [], "ids": [], "since": None, "until": None, **flags}
    with pytest.raises(UsageError, match=said):
        selection(**given, now=NOW)  # type: ignore[arg-type]
