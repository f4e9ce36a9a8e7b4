"""Deliveries as people choose them: listed, counted, called back by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from departments.store.tables import DUE, SENT, Delivery


@dataclass(frozen=True, slots=True)
class Selection:
    """Which deliveries; an empty choice leaves all.

    Attributes:
        states: `due`, `sent` or `dead`.
        desks: Desks.
        channels: Channels.
        ids: Of deliveries, or of documents.
        since: Made not before.
    """

    states: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    since: datetime | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        """In SQL."""
        for column, values in (
            (Delivery.state, self.states),
            (Delivery.desk, self.desks),
            (Delivery.channel, self.channels),
        ):
            if values:
                yield column.in_(values)
        if self.ids:
            yield or_(Delivery.id.in_(self.ids), Delivery.document_id.in_(self.ids))
        if self.since is not None:
            yield Delivery.created_at >= self.since


def listed(session: Session, selection: Selection, limit: int, skip: int = 0) -> tuple[Delivery, ...]:
    """A page of deliveries, the newest first."""
    order = (Delivery.created_at.desc(), Delivery.id)
    chosen = select(Delivery).where(*selection.conditions()).order_by(*order).limit(limit).offset(skip)
    return tuple(session.scalars(chosen))


def counted(session: Session, selection: Selection) -> dict[str, int]:
    """How many there are, by state."""
    chosen = select(Delivery.state, func.count()).where(*selection.conditions()).group_by(Delivery.state)
    return {state: count for state, count in session.execute(chosen)}  # noqa: C416 - rows are no pairs to mypy


def undone(session: Session) -> dict[tuple[str, str, str], int]:
    """How many are not done, by desk, channel and state."""
    names = (Delivery.desk, Delivery.channel, Delivery.state)
    chosen = select(*names, func.count()).where(Delivery.state != SENT).group_by(*names)
    return {(desk, channel, state): count for desk, channel, state, count in session.execute(chosen)}


def call_back(session: Session, selection: Selection, now: datetime) -> tuple[str, ...]:
    """Make deliveries due now, with all their tries before them; those that are due already are left alone.

    Returns:
        Their ids.
    """
    called = (
        update(Delivery)
        .where(*selection.conditions(), Delivery.state != DUE)
        .values(state=DUE, attempts=0, next_at=now, lease_until=None, sent_at=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return tuple(session.scalars(called))
