"""Leases: a document under review is one clerk's for a while, so that nobody does it twice.

A lease is taken by one statement that changes a row or does not, so that of two clerks who want a document at the
same moment one gets it. It ends by its time alone: a clerk who went home leaves nothing stuck.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Text, bindparam, case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from departments.desks import REVIEW, State
from departments.review.errors import LeaseLost
from departments.review.second_look import looked_at
from departments.store.columns import UtcTime
from departments.store.tables import Document, Lease


@dataclass(frozen=True, slots=True)
class Claim:
    """A document that is a clerk's until a time.

    Attributes:
        document_id: Which.
        holder: The clerk.
        token: Proves it; whoever acts on the document gives it.
        until: When it is anybody's again.
        revision: The document's, to be given with an act: it tells whether somebody acted meanwhile.
    """

    document_id: str
    holder: str
    token: str
    until: datetime
    revision: int


def take(session: Session, document_id: str, clerk: str, *, now: datetime, seconds: float) -> Claim | None:
    """Make a waiting document a clerk's; None where it waits no more, or is another clerk's.

    A clerk who has it already keeps the token, in all tabs, and gets the full time again.
    """
    until = now + timedelta(seconds=seconds)
    # None of these may be called as a column is: SQLAlchemy would take it for a value to be inserted.
    given = {
        "document": document_id,
        "clerk": clerk,
        "now": now,
        "end": until,
        "key": secrets.token_urlsafe(16),
    }
    row = session.execute(_upsert(session.get_bind().dialect.name), given).one_or_none()
    if row is None:
        return None
    # Looked at once the lease is there: whoever acted on the document held the lease's row until then.
    document = session.scalar(
        select(Document).where(Document.id == document_id).execution_options(populate_existing=True)
    )
    if document is None or document.state != State.WAITING:
        session.execute(delete(Lease).where(Lease.document_id == document_id, Lease.token == row.token))
        return None
    return Claim(document_id, clerk, row.token, until, document.revision)


def require(session: Session, document_id: str, clerk: str, token: str | None, now: datetime) -> None:
    """Make sure that a waiting document is this clerk's; its lease's row stays locked until the commit.

    A lease that has run out while nobody took the document still counts: what the clerk did is not lost.

    Raises:
        LeaseLost: It is not.
    """
    lease = session.get(Lease, document_id, with_for_update=True, populate_existing=True)
    if lease is None:
        raise LeaseLost("this document is not yours at present: take it again, then decide")
    if lease.holder != clerk and lease.until > now:
        raise LeaseLost(f"{lease.holder} is working on this document by now: take another one")
    if lease.holder != clerk or lease.token != token:
        raise LeaseLost("your time for this document is over: take it again, then decide")


def release(session: Session, document_id: str, token: str | None = None) -> None:
    """Give a document back; with a token only where that is still the one. Nothing happens where nobody has it."""
    statement = delete(Lease).where(Lease.document_id == document_id)
    session.execute(statement if token is None else statement.where(Lease.token == token))


@cache
def _upsert(dialect: str) -> Any:
    """Put together once, which takes longer than the database takes for it."""
    clerk, now = bindparam("clerk", type_=Text()), bindparam("now", type_=UtcTime())
    waiting = select(
        Document.id, clerk, bindparam("key", type_=Text()), bindparam("end", type_=UtcTime())
    ).where(
        Document.id == bindparam("document"),
        Document.desk == REVIEW,
        Document.state == State.WAITING.value,
        ~looked_at(),
    )
    kind: Any = postgresql if dialect == "postgresql" else sqlite
    insert = kind.insert(Lease.__table__).from_select(["document_id", "holder", "token", "until"], waiting)
    renewed = (Lease.holder == clerk) & (Lease.until > now)
    return insert.on_conflict_do_update(
        index_elements=["document_id"],
        set_={
            "holder": insert.excluded.holder,
            "token": case((renewed, Lease.token), else_=insert.excluded.token),
            "until": insert.excluded.until,
        },
        where=or_(Lease.until <= now, Lease.holder == clerk),
    ).returning(Lease.token)
