"""Inserts that may meet rows that are there, alike in SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from departments.store.tables import Table


def insert_missing(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those whose key or unique columns are there already are left as they are."""
    if rows:
        session.execute(
            _insert(session, table).on_conflict_do_nothing(), [_whole(table, row) for row in rows]
        )


def upsert(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]], *, grows: str | None = None
) -> None:
    """Insert rows; of those whose primary key is there already, the other columns given are replaced.

    Args:
        session: A transaction that writes.
        table: Whose rows.
        rows: All with the same columns.
        grows: A column of which a row that is there never takes a smaller value: an older row replaces nothing.
    """
    if not rows:
        return
    keys = [column.name for column in inspect(table).primary_key]
    insert = _insert(session, table)
    new = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    newer = None if grows is None else insert.excluded[grows] >= getattr(table, grows)
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_=new, where=newer), list(rows))


def _insert(session: Session, table: type[Table]) -> Any:
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def _whole(table: type[Table], row: Mapping[str, Any]) -> dict[str, Any]:
    """All columns, since rows that are inserted together must have the same."""
    return {
        column.name: row.get(column.name)
        for column in table.__table__.columns
        if column.name in row or column.default is None
    }
