"""The queue of documents that need a person: which is next for whom.

Its queries are put together once: that takes SQLAlchemy ten times as long as the database takes to answer them.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from departments.desks import REVIEW, ActKind, State
from departments.review import leases
from departments.review.leases import Claim
from departments.review.second_look import looked_at
from departments.store.columns import UtcTime
from departments.store.tables import Act, Document, Lease

Order = Literal["oldest", "least_sure"]

CONTENDERS = 20
"""How many documents are tried in turn, where other clerks take the first ones in the same moment."""


def claim(session: Session, clerk: str, *, order: Order, now: datetime, seconds: float) -> Claim | None:
    """The next document for a clerk, theirs from now on; None where none waits that nobody else has.

    A clerk who has one already gets it again: reloading a page takes no second document. What a clerk skipped comes
    behind all others, for that clerk alone.

    Args:
        session: A transaction that writes.
        clerk: Who asks.
        order: `oldest` by the time of the label, or `least_sure` by its confidence.
        now: The time.
        seconds: How long the document is theirs.
    """
    for document_id in _candidates(session, clerk, order, now):
        taken = leases.take(session, document_id, clerk, now=now, seconds=seconds)
        if taken is not None:
            return taken
    return None


def waiting(session: Session) -> int:
    """How many documents wait for a person, those included that somebody is working on."""
    return int(session.scalar(select(func.count()).select_from(Document).where(*_waiting())) or 0)


def _candidates(session: Session, clerk: str, order: Order, now: datetime) -> Iterator[str]:
    given = {"clerk": clerk, "now": now}
    yield from session.scalars(_held(), given).all()
    yield from session.scalars(_fresh(order), given).all()
    yield from session.scalars(_skipped(), given).all()


@cache
def _held() -> Select[Any]:
    """What the clerk has, the last one taken first."""
    mine = Lease.holder == bindparam("clerk"), Lease.until > _now(), Document.state == State.WAITING.value
    joined = select(Lease.document_id).join(Document, Document.id == Lease.document_id)
    return joined.where(*mine).order_by(Lease.until.desc()).limit(CONTENDERS)


@cache
def _fresh(order: Order) -> Select[Any]:
    """What nobody has, and the clerk neither skipped nor looked at."""
    keys = {
        "oldest": (Document.classified_at, Document.id),
        "least_sure": (Document.confidence, Document.id),
    }
    mine = Act.actor == bindparam("clerk"), Act.kind == ActKind.SKIP.value
    skips = select(Act.id).where(Act.document_id == Document.id, *mine).correlate(Document).exists()
    free = select(Document.id).where(*_waiting(), ~_taken(), ~looked_at(), ~skips)
    return free.order_by(*keys[order]).limit(CONTENDERS)


@cache
def _skipped() -> Select[Any]:
    """What the clerk skipped, the longest ago first."""
    last = (
        select(Act.document_id, func.max(Act.at).label("at"))
        .where(Act.actor == bindparam("clerk"), Act.kind == ActKind.SKIP.value)
        .group_by(Act.document_id)
        .subquery()
    )
    joined = select(Document.id).join(last, last.c.document_id == Document.id)
    free = joined.where(*_waiting(), ~_taken(), ~looked_at())
    return free.order_by(last.c.at, Document.id).limit(CONTENDERS)


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return Document.desk == REVIEW, Document.state == State.WAITING.value


def _taken() -> ColumnElement[bool]:
    return exists().where(Lease.document_id == Document.id, Lease.until > _now())


def _now() -> ColumnElement[datetime]:
    return bindparam("now", type_=UtcTime())
