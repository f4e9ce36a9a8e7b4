"""The numbers by which live updates follow the documents."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from departments.store.tables import Counter, Document

DOCUMENTS = "documents"


def stamp(session: Session, *documents: Document) -> None:
    """Give documents that are being written their `change`; to be called last in a transaction.

    Whoever takes numbers holds the counter until the commit, so that whoever has seen a number has seen all below it.
    Taken before other rows are locked, it would make every writer wait for all others, or for ever.
    """
    if documents:
        session.flush()
        last = take(session, len(documents))
        for number, document in enumerate(documents, start=last - len(documents) + 1):
            document.change = number


def take(session: Session, count: int) -> int:
    """The last of `count` numbers that nobody else has."""
    grown = update(Counter).where(Counter.name == DOCUMENTS).values(value=Counter.value + count)
    return int(session.execute(grown.returning(Counter.value)).scalar_one())


def latest(session: Session) -> int:
    """The last number that was given; 0 before the first."""
    return int(session.scalar(select(func.coalesce(func.max(Document.change), 0))) or 0)
