"""The books: what came in, what came out, what is missing."""

import pytest

from mailroom.contracts import codec
from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.records import (
    Candidate,
    Classification,
    Duplicate,
    Failure,
    ModelReference,
    Position,
    Record,
    Source,
)
from mailroom.contracts.topics import Topic
from mailroom.following import figures
from mailroom.following.follower import Follower
from mailroom.following.ledger import TOPICS, Ledger, Outcome
from mailroom.streams.clock import FakeClock
from mailroom.streams.memory import MemoryLog, MemoryReader

RECEIVED = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def raw(offset: int, identifier: str | None) -> Record:
    """A received document."""
    headers = (("ce_id", identifier.encode()),) if identifier is not None else ()
    return Record(Topic.RAW, None, b"x", headers, Position("documents.raw", 0, offset), RECEIVED)


def label(identifier: str, label_name: str = "invoice", parent: str | None = None) -> Record:
    """A classification of it, half a second after receipt."""
    moment = "2026-01-01T00:00:00.000Z"
    value = Classification(
        id=identifier,
        label=label_name,
        confidence=0.9,
        candidates=(Candidate(label_name, 0.9),),
        decision="auto",
        department="accounts-payable",
        language="en",
        model=ModelReference("m", "1", "d"),
        source=Source("documents.raw", 0, 0, "text/plain", 1, "00", moment, "a.txt", parent=parent),
        cleansed_at="2026-01-01T00:00:00.250Z",
        classified_at="2026-01-01T00:00:00.500Z",
    )
    return Record(Topic.CLASSIFIED, identifier.encode(), codec.encode(value))


def dead(record: Record, reason: str = "empty") -> Record:
    """Its dead letter."""
    position = record.position
    assert position is not None
    return dead_letter(record, Failure("stream-processing", reason, "why", position))


def dropped(identifier: str, offset: int, same_content_as: str | None = None) -> Record:
    """The record that says it was dropped: it came before at offset 0."""
    first, repeated = Position("documents.raw", 0, 0), Position("documents.raw", 0, offset)
    value = codec.encode(Duplicate(identifier, first, repeated, duplicate_of=same_content_as))
    return Record(Topic.DUPLICATES, identifier.encode(), value)


def entered(*records: Record) -> Ledger:
    """A ledger with these records in it."""
    ledger = Ledger()
    for record in records:
        ledger.add(record, RECEIVED + 1)
    return ledger


def test_every_id_with_one_outcome_balances() -> None:
    """One label, one dead letter, one repetition: nothing is lost, nothing is doubled."""
    ledger = entered(raw(0, "a"), raw(1, None), raw(2, "a"), label("a"), dead(raw(1, None)), dropped("a", 2))
    assert (ledger.lost, ledger.doubled, ledger.raw_records, ledger.duplicates) == (set(), set(), 3, 1)
    assert [outcome.id for outcome in ledger.classified] == ["a"]
    assert [outcome.id for outcome in ledger.dead] == ["documents.raw-0-1"]
    assert ledger.reasons == {"empty": 1}
    assert ledger.settled(documents=2, records=3)


def test_an_id_without_an_outcome_is_lost() -> None:
    """What came in and did not come out is named."""
    ledger = Ledger()
    for record in (raw(0, "a"), raw(1, "b"), label("b")):
        ledger.add(record, RECEIVED)
    assert ledger.lost == {"a"}
    assert not ledger.settled(documents=2, records=2)


def test_a_label_and_a_dead_letter_of_one_id_is_doubled() -> None:
    """The two ways out exclude each other."""
    ledger = Ledger()
    for record in (raw(0, "a"), label("a"), dead(raw(0, "a"))):
        ledger.add(record, RECEIVED)
    assert ledger.doubled == {"a"}


def test_an_unreadable_id_goes_by_its_place() -> None:
    """A record with a broken id and its dead letter are the same document in the books."""
    broken = Record(Topic.RAW, None, b"x", (("ce_id", b"\xff"),), Position("documents.raw", 1, 4), RECEIVED)
    ledger = Ledger()
    ledger.add(broken, RECEIVED)
    ledger.add(dead(broken, "malformed-header"), RECEIVED)
    assert (ledger.lost, set(ledger.outcomes)) == (set(), {"documents.raw-1-4"})


def test_an_archive_whose_parts_have_an_outcome_is_not_lost() -> None:
    """Its own id is nowhere; a part of a part of it is labelled, another one is dead-lettered."""
    part = Record(
        Topic.RAW, None, b"", (("ce_id", b"z~2"), ("ce_parentid", b"z")), Position("documents.raw", 0, 0)
    )
    ledger = entered(raw(0, "z"), raw(1, "y"), label("z~1~1", parent="z~1"), dead(part, "encrypted"))
    assert ledger.lost == {"y"}
    assert [(outcome.id, outcome.parent) for outcome in ledger.dead] == [("z~2", "z")]


def test_an_id_that_looks_like_a_part_of_another_one_stands_for_itself() -> None:
    """A sender may name a document as it likes: its parts are not those of the other."""
    ledger = entered(raw(0, "z"), raw(1, "z~1"), label("z~1~1", parent="z~1"))
    assert ledger.lost == {"z"}


def test_an_archive_that_comes_again_is_accounted_for_by_its_parts() -> None:
    """Three of its parts are dropped: that is one repeated record, not three."""
    twice = [raw(0, "z"), raw(1, "z"), raw(2, "a"), raw(3, "a"), label("a")]
    parts = [label(f"z~{n}", parent="z") for n in (1, 2, 3)]
    ledger = entered(*twice, *parts, *(dropped(f"z~{n}", 1) for n in (1, 2, 3)))
    assert (ledger.lost, ledger.duplicates) == (set(), 3)
    assert not ledger.settled(documents=2, records=4)
    ledger.add(dropped("a", 3), RECEIVED + 1)
    assert ledger.settled(documents=2, records=4)


def test_a_document_whose_content_came_before_may_be_dropped() -> None:
    """It is neither labelled nor lost, and is no repetition of an id; so is an archive of nothing else."""
    ledger = entered(
        raw(0, "a"), raw(1, "b"), raw(2, "z"), label("a"), dropped("b", 1, "a"), dropped("z~1", 2, "a")
    )
    assert (ledger.lost, ledger.repeats) == (set(), set())
    assert ledger.settled(documents=3, records=3)


def test_a_follower_tells_of_every_outcome_with_its_age() -> None:
    """The age runs from the log's time of receipt to the moment of reading."""
    log, clock, told = MemoryLog(), FakeClock(RECEIVED + 2.5), list[Outcome]()
    for record in (raw(0, "a"), label("a")):
        log.append(record)
    Follower(MemoryReader(log, TOPICS), Ledger(), told.append, clock).until(lambda: bool(told))
    assert [(outcome.file_name, outcome.age) for outcome in told] == [("a.txt", 2.5)]


def test_percentiles_are_of_the_values() -> None:
    """Nearest rank: a percentile is always one of the values."""
    assert figures.percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0
    assert figures.percentile([3.0, 1.0], 0.99) == 3.0
    assert figures.percentile([], 0.5) == 0.0


def test_macro_f1_weighs_every_label_the_same() -> None:
    """Two of two right, and one of two with one false alarm."""
    pairs = [("a", "a"), ("a", "a"), ("b", "b"), ("b", "a")]
    assert figures.macro_f1(pairs) == pytest.approx((0.8 + 2 / 3) / 2)


def test_a_rate_runs_from_first_to_last() -> None:
    """Three documents received within two seconds are one a second."""
    ledger = Ledger(received={"a": 10.0, "b": 11.0, "c": 12.0})
    assert figures.throughput(ledger) == {"ingest": 1.0, "stream-processing": 0.0, "classifier": 0.0}
