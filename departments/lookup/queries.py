"""What the look-up door asks of the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from departments.lookup.asked import Asked, Filters
from departments.store.tables import Act, Delivery, Document, counts_as


def page(session: Session, asked: Asked) -> Sequence[Document]:
    """The documents of a page, one more than asked where there are more."""
    keys: tuple[Any, ...] = (Document.classified_at, Document.id)
    query = select(Document).where(*_conditions(asked.filters))
    if asked.cursor is not None:
        query = query.where(_behind(keys, asked))
    order = keys if asked.oldest_first else tuple(key.desc() for key in keys)
    return session.scalars(query.order_by(*order).limit(asked.limit + 1)).all()


def changed(session: Session, filters: Filters, after: int, limit: int) -> Sequence[tuple[Document, bool]]:
    """Documents that changed, in the order of their changes, and whether each is (still) what was asked for.

    One that is not was at the department's desk before, and is not any more.
    """
    now = and_(*_conditions(filters))
    wanted: ColumnElement[bool] = now
    if filters.department is not None:
        left = select(Act.id).where(
            Act.document_id == Document.id,
            Act.desk_before == filters.department,
            Document.desk != filters.department,
        )
        wanted = or_(now, left.exists())
    query = select(Document, now).where(Document.change > after, wanted)
    rows = session.execute(query.order_by(Document.change).limit(limit)).all()
    return [(document, bool(still)) for document, still in rows]


def history(session: Session, document_id: str) -> tuple[Sequence[Act], Sequence[Delivery]]:
    """A document's acts and deliveries."""
    acts = session.scalars(select(Act).where(Act.document_id == document_id)).all()
    deliveries = session.scalars(select(Delivery).where(Delivery.document_id == document_id)).all()
    return acts, deliveries


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Document.id.is_not(None)]
    if filters.department is not None:
        found.append(Document.desk == filters.department)
    if filters.label is not None:
        found.append(counts_as() == filters.label)
    if filters.decision is not None:
        found.append(Document.decision == filters.decision)
    if filters.since is not None:
        found.append(Document.classified_at >= filters.since)
    return found


def _behind(keys: tuple[Any, ...], asked: Asked) -> ColumnElement[bool]:
    """Written out, since SQLite uses no index for a comparison of rows with mixed bindings."""
    time, identifier = keys
    cursor = asked.cursor
    if cursor is None:
        raise ValueError("no cursor")
    if asked.oldest_first:
        return and_(time >= cursor.time, or_(time > cursor.time, identifier > cursor.id))
    return and_(time <= cursor.time, or_(time < cursor.time, identifier < cursor.id))
