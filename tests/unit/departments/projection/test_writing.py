from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from departments.projection import flow
from departments.projection.flow import Count, Place
from departments.projection.pruning import prune
from departments.projection.reading import Labelled, judged, labelled
from departments.projection.writing import Meaning, Projector, Read, read
from departments.rules import desk_rules
from departments.store.engine import Store, open_store
from departments.store.tables import Act, Delivery, Document, Flow, Refusal, Table
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.desk_settings import DesksSettings
from mailroom.settings import Settings
from tests.servers.labels import STAMP, judgement, label

LATER = "2026-01-01T14:00:00.000Z"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database."""
    opened = open_store(DesksSettings(database=SecretStr(f"sqlite:///{tmp_path / 'd.db'}")))
    yield opened
    opened.close()


@pytest.fixture
def projector(store: Store) -> Projector:
    """Writes to it, for desks with a folder each."""
    desks = {"at": {"accounts-payable": {"folder": "payable"}, "procurement": {"folder": "procurement"}}}
    return Projector(store, desk_rules(Settings(desks=DesksSettings.model_validate(desks))))


def items(*records: Record) -> list[Read]:
    return [Read(record, _meaning(record)) for record in records]


def _meaning(record: Record) -> Meaning:
    return read(record, labelled if record.topic == Topic.CLASSIFIED else judged)


def document(store: Store, name: str) -> Document:
    with store.reading() as session:
        return session.get_one(Document, name)


def all_of(store: Store, table: type[Table]) -> list[Table]:
    with store.reading() as session:
        return list(session.scalars(select(table)))


def told(store: Store) -> list[tuple[str, str, int]]:
    with store.reading() as session:
        rows = session.execute(
            select(Delivery.desk, Delivery.event, Delivery.revision).order_by(
                Delivery.revision, Delivery.desk
            )
        )
        return [(desk, event, revision) for desk, event, revision in rows]


def test_a_label_is_at_the_desk_of_its_department(store: Store, projector: Projector) -> None:
    """And the desk is told, in the same transaction."""
    projector.write(items(label("a")))
    found = document(store, "a")
    assert (found.desk, found.state, found.revision, found.change) == ("accounts-payable", "at_desk", 0, 1)
    assert (found.file_name, found.candidates[1]) == ("letter.txt", {"label": "offer", "score": 0.1})
    assert told(store) == [("accounts-payable", "document.assigned", 0)]


def test_an_unsure_label_waits_for_a_person(store: Store, projector: Projector) -> None:
    """At the desk for review, and no department is told."""
    projector.write(items(label("a", decision="review")))
    found = document(store, "a")
    assert (found.desk, found.state, found.due_at is not None) == ("review", "waiting", True)
    assert told(store) == []


def test_the_same_labels_again_change_nothing(store: Store, projector: Projector) -> None:
    """After a kill the log tells them again."""
    projector.write(items(label("a"), label("b", 1)))
    projector.write(items(label("a"), label("b", 1)))
    projector.write(items(label("a"), label("a")))
    assert [document(store, name).change for name in ("a", "b")] == [1, 2]
    assert len(told(store)) == 2


def test_a_newer_label_moves_a_document(store: Store, projector: Projector) -> None:
    """The old desk is told that it lost it."""
    projector.write(items(label("a")))
    projector.write(items(label("a", 1, label="offer", department="procurement", classified_at=LATER)))
    projector.write(items(label("a")))
    found = document(store, "a")
    assert (found.label, found.desk, found.revision) == ("offer", "procurement", 1)
    assert told(store) == [
        ("accounts-payable", "document.assigned", 0),
        ("accounts-payable", "document.recalled", 1),
        ("procurement", "document.assigned", 1),
    ]


def test_what_a_person_decided_outlasts_a_newer_label(store: Store, projector: Projector) -> None:
    """A model that is asked again does not take the document away from the desk."""
    projector.write(items(label("a"), judgement("a", "offer", "act-1")))
    projector.write(items(label("a", 1, label="complaint", department="customer-care", classified_at=LATER)))
    found = document(store, "a")
    assert (found.label, found.confirmed_label, found.desk) == ("complaint", "offer", "procurement")


def test_a_judgement_from_elsewhere_is_an_act_once(store: Store, projector: Projector) -> None:
    """By its id, however often it is read; it is not published again."""
    for _ in range(2):
        projector.write(items(label("a"), judgement("a", "offer", "act-1")))
    found = document(store, "a")
    assert (found.desk, found.confirmed_label, found.revision) == ("procurement", "offer", 1)
    with store.reading() as session:
        acts = session.scalars(select(Act)).all()
    assert [(act.id, act.kind, act.actor, act.published) for act in acts] == [
        ("act-1", "correct", "ada", True)
    ]


def test_a_judgement_waits_for_its_documents_label(store: Store, projector: Projector) -> None:
    """Topics have no common order: what came too early is kept, and applied once the label comes."""
    projector.write(items(judgement("a", "offer", "act-1")))
    with store.reading() as session:
        assert [row.reason for row in session.scalars(select(Refusal))] == ["unknown-document"]
    projector.write(items(label("a")))
    assert document(store, "a").desk == "procurement"
    assert all_of(store, Refusal) == []


def test_a_judgement_with_an_unknown_label_is_kept(store: Store, projector: Projector) -> None:
    """Nobody acts on such labels: the document stays, the record is kept whole, its message says what may be said."""
    record = judgement("a", "love letter", "act-1")
    projector.write(items(label("a"), record))
    assert document(store, "a").desk == "accounts-payable"
    with store.reading() as session:
        refusal = session.scalars(select(Refusal)).one()
    assert (refusal.reason, refusal.document_id, refusal.value) == ("unknown-label", "a", record.value)
    assert "say one of" in refusal.message


def test_an_older_judgement_moves_nothing(store: Store, projector: Projector) -> None:
    """It is written down; what was said last counts."""
    projector.write(items(label("a"), judgement("a", "offer", "act-2")))
    projector.write(items(judgement("a", "complaint", "act-1", 1, at="2026-01-01T12:30:00.000Z")))
    assert document(store, "a").confirmed_label == "offer"
    assert len(all_of(store, Act)) == 2


def test_a_withdrawn_judgement_gives_the_document_back(store: Store, projector: Projector) -> None:
    """To the desk that the model chose."""
    projector.write(items(label("a"), judgement("a", "offer", "act-1")))
    projector.write(items(judgement("a", "offer", "act-2", 1, at=LATER, withdrawn=True)))
    found = document(store, "a")
    assert (found.desk, found.confirmed_label, found.revision) == ("accounts-payable", None, 2)


@pytest.mark.security
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "malformed-record"),
        (b"\xff\xfe", "malformed-record"),
        (b"[" * 100_000, "malformed-record"),
        (b'{"id":"a","schema_version":99}', "malformed-record"),
    ],
)
def test_a_hostile_value_is_kept_and_stops_nobody(
    store: Store, projector: Projector, value: bytes, reason: str
) -> None:
    """Its neighbours are written."""
    bad = Record(Topic.CLASSIFIED, None, value, (("x", b"\xff"),), label("x", 9).position, STAMP)
    projector.write(items(label("a"), bad, label("b", 1)))
    assert {document(store, name).state for name in ("a", "b")} == {"at_desk"}
    with store.reading() as session:
        assert [(row.reason, row.offset, row.value) for row in session.scalars(select(Refusal))] == [
            (reason, 9, value)
        ]


@pytest.mark.security
@pytest.mark.parametrize(
    "given",
    [
        {"language": "e\0n"},
        {"deciding_page": 2**70},
        {"classified_at": "2026-01-01T12:00:00"},
        {"classified_at": "99999-01-01T12:00:00Z"},
        {"department": "review"},
    ],
)
def test_a_value_that_no_database_takes_stops_nobody(
    store: Store, projector: Projector, given: dict[str, object]
) -> None:
    """Null characters, numbers of more than 64 bits, times that are none, a department that nobody may be."""
    projector.write(items(label("a"), label("bad", 9, **given), label("b", 1)))
    with store.reading() as session:
        assert sorted(session.scalars(select(Document.id))) == ["a", "b"]
        assert [row.offset for row in session.scalars(select(Refusal))] == [9]


def test_a_record_is_counted_once_in_its_window() -> None:
    """By the offset that the entry has seen, as after a kill; another record counts."""
    meaning = labelled(label("a", 5))
    once = Count().with_one(meaning, 5)
    assert once.with_one(meaning, 5) == once
    assert once.with_one(meaning, 6) == Count(seen=6, documents=2, reviews=0, age_sum=2.0, age_max=1.0)


def test_figures_of_a_month_ago_are_forgotten(store: Store) -> None:
    """Later ones stay."""
    windows = [flow.window(STAMP - days * 86_400) for days in (32, 30, 0)]
    with store.writing() as session:
        flow.project(session, {Place("sales", 0, window): Count(1, 1) for window in windows})
    prune(store, windows[-1])
    with store.reading() as session:
        assert sorted(session.scalars(select(Flow.begins_at))) == windows[1:]


def test_an_older_count_replaces_none(store: Store) -> None:
    """An instance that lost a partition may still be writing."""
    place = Place("sales", 0, flow.window(STAMP + 59))
    meaning = labelled(label("a"))
    assert isinstance(meaning, Labelled)
    newer = Count().with_one(meaning, 1).with_one(meaning, 2)
    for count in (newer, Count().with_one(meaning, 1)):
        with store.writing() as session:
            flow.project(session, {place: count})
    with store.reading() as session:
        row = session.scalars(select(Flow)).one()
    assert (row.documents, row.begins_at.timestamp()) == (2, STAMP)
