"""What the projection writes, alike in SQLite and PostgreSQL."""

import threading
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from departments.lookup import queries
from departments.lookup.asked import Cursor, Filters, asked
from departments.projection import flow
from departments.projection.flow import Count, Place
from departments.projection.reading import judged, labelled
from departments.projection.writing import Projector, Read, read
from departments.rules import desk_rules
from departments.store.engine import Store, open_store
from departments.store.tables import Document, Flow, Refusal, Table
from mailroom.contracts.records import Record
from mailroom.settings import Settings
from tests.servers.labels import STAMP, judgement, label


@pytest.fixture
def projector(store: Store, settings: Settings) -> Projector:
    """Writes to either database."""
    return Projector(store, desk_rules(settings))


def labels(*records: Record) -> list[Read]:
    return [Read(record, read(record, labelled)) for record in records]


def judgements(*records: Record) -> list[Read]:
    return [Read(record, read(record, judged)) for record in records]


def test_labels_and_judgements_are_written_once(store: Store, projector: Projector) -> None:
    """A judgement before its label, an unknown one, a value that no database takes; all of it twice."""
    for _ in range(2):
        projector.write(judgements(judgement("a", "offer", "act-1"), judgement("b", "nonsense", "act-2", 1)))
        projector.write(labels(label("a"), label("b", 1), label("bad", 2, deciding_page=2**40)))
        projector.write(judgements(judgement("b", "nonsense", "act-2", 1)))
    with store.reading() as session:
        found = session.execute(
            select(Document.id, Document.desk, Document.revision).order_by(Document.id)
        ).all()
        refused = session.scalars(select(Refusal.reason).order_by(Refusal.reason)).all()
    assert [tuple(row) for row in found][:2] == [("a", "procurement", 1), ("b", "accounts-payable", 0)]
    assert "unknown-label" in refused


def test_a_newer_count_replaces_an_older_one(store: Store) -> None:
    """And no older one a newer."""
    place = Place("sales", 0, flow.window(STAMP))
    for count in (Count(1, 1), Count(5, 4, 1, 2.0, 1.0), Count(2, 2)):
        with store.writing() as session:
            flow.project(session, {place: count})
    with store.reading() as session:
        row = session.scalars(select(Flow)).one()
    assert (row.documents, row.seen, row.age_sum, row.begins_at.timestamp()) == (4, 5, 2.0, STAMP)


def test_changes_are_numbered_in_the_order_of_commits(store: Store, projector: Projector) -> None:
    """Whoever follows them while four write at once sees every number, and none below one that was seen."""

    def write(writer: int) -> None:
        for number in range(15):
            projector.write(labels(label(f"{writer}-{number}", number)))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    seen: list[int] = []
    for thread in writers:
        thread.start()
    while len(seen) < 60:
        with store.reading() as session:
            rows = queries.changed(session, Filters(), seen[-1] if seen else 0, 500)
            seen += [document.change for document, _ in rows]
    for thread in writers:
        thread.join()
    assert seen == list(range(1, 61))


def test_lists_are_asked_alike(store: Store, projector: Projector) -> None:
    """Filters, order, pages."""
    times = [f"2026-01-01T12:0{number}:00Z" for number in range(5)]
    projector.write(labels(*(label(f"d{n}", n, classified_at=time) for n, time in enumerate(times))))
    query = "limit=2&order=oldest&label=invoice&since=2026-01-01T12:01:00Z"
    with store.reading() as session:
        first = queries.page(session, asked(query.encode()))
        behind = Cursor(first[1].classified_at, first[1].id)
        second = queries.page(session, asked(f"{query}&cursor={behind}".encode()))
    assert [[document.id for document in page] for page in (first, second)] == [
        ["d1", "d2", "d3"],
        ["d3", "d4"],
    ]


@pytest.mark.filterwarnings("ignore:.*expression.based index")
def test_migrations_make_the_tables_of_the_code(settings: Settings) -> None:
    """In either database, though three open it at the same moment."""
    opened: list[Store] = []
    threads = [threading.Thread(target=lambda: opened.append(open_store(settings.desks))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 3
    with opened[0].engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences: list[Any] = compare_metadata(context, Table.metadata)
    for store in opened:
        store.close()
    assert [each for each in differences if "counts_as" not in str(each)] == []
