"""The queue of documents that need a person: which is next for whom."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from departments.desks import REVIEW, ActKind, State
from departments.review import leases
from departments.review.leases import Claim
from departments.review.second_look import looked_at
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
    mine = leases.held(session, clerk, now)
    if mine is not None:
        return leases.take(session, mine, clerk, now=now, seconds=seconds)
    for candidates in (_fresh(clerk, order, now), _skipped(clerk, now)):
        for document_id in session.scalars(candidates.limit(CONTENDERS)).all():
            taken = leases.take(session, document_id, clerk, now=now, seconds=seconds)
            if taken is not None:
                return taken
    return None


def waiting(session: Session) -> int:
    """How many documents wait for a person, those included that somebody is working on."""
    return int(session.scalar(select(func.count()).select_from(Document).where(*_waiting())) or 0)


def _fresh(clerk: str, order: Order, now: datetime) -> Select[Any]:
    keys = {
        "oldest": (Document.classified_at, Document.id),
        "least_sure": (Document.confidence, Document.id),
    }
    fresh = (*_waiting(), _free(now), ~looked_at(clerk), ~_skips(clerk).exists())
    return select(Document.id).where(*fresh).order_by(*keys[order])


def _skipped(clerk: str, now: datetime) -> Select[Any]:
    """What the clerk skipped, the longest ago first."""
    last = (
        select(Act.document_id, func.max(Act.at).label("at"))
        .where(Act.actor == clerk, Act.kind == ActKind.SKIP.value)
        .group_by(Act.document_id)
        .subquery()
    )
    joined = select(Document.id).join(last, last.c.document_id == Document.id)
    return joined.where(*_waiting(), _free(now), ~looked_at(clerk)).order_by(last.c.at, Document.id)


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return Document.desk == REVIEW, Document.state == State.WAITING.value


def _free(now: datetime) -> ColumnElement[bool]:
    return ~exists().where(Lease.document_id == Document.id, Lease.until > now)


def _skips(clerk: str) -> Select[Any]:
    mine = Act.actor == clerk, Act.kind == ActKind.SKIP.value
    return select(Act.id).where(Act.document_id == Document.id, *mine).correlate(Document)
