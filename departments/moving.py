"""A document's way between desks, written down: who has it, until when, and whom that concerns.

Whoever writes a document calls these within their transaction, so that a move and its deliveries are there together or
not at all.
"""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from departments.desks import DeskRules, Notice, Standing, State
from departments.store.tables import DUE, Delivery, Document

_NAMESPACE = uuid.UUID("7a1f2b0e-6f0f-4d0c-9f63-5b3a9a1f9c11")


def standing_of(document: Document) -> Standing:
    """Where a document lies."""
    return Standing(document.desk, State(document.state), document.confirmed_label)


def place(session: Session, document: Document, rules: DeskRules, at: datetime) -> None:
    """Tell the desk of a document that is new, and set its deadline.

    Args:
        session: The transaction.
        document: With its desk and state, as `first_standing` says.
        rules: The desks.
        at: When it came to its desk.
    """
    standing = standing_of(document)
    document.due_at = rules.due_at(standing, at)
    _tell(session, document, rules.notices(None, standing, document.label), at)


def move(session: Session, document: Document, after: Standing, rules: DeskRules, at: datetime) -> None:
    """Write down where a document lies from now on, one revision later, and tell the desks that it concerns.

    The caller stamps the document (`departments.store.changes`) at the end of its transaction.
    """
    before = standing_of(document)
    document.revision += 1
    document.desk, document.state, document.confirmed_label = (
        after.desk,
        after.state.value,
        after.confirmed_label,
    )
    if (before.desk, before.state) != (after.desk, after.state):
        document.due_at = rules.due_at(after, at)
    _tell(session, document, rules.notices(before, after, document.label), at)


def _tell(session: Session, document: Document, notices: tuple[Notice, ...], at: datetime) -> None:
    for notice in notices:
        session.add(
            Delivery(
                id=delivery_id(document.id, notice, document.revision),
                document_id=document.id,
                desk=notice.desk,
                channel=notice.channel,
                event=notice.event.value,
                revision=document.revision,
                state=DUE,
                attempts=0,
                next_at=at,
                created_at=at,
            )
        )


def delivery_id(document_id: str, notice: Notice, revision: int) -> str:
    """A delivery's id, which its receiver knows it again by: a UUID of what it says, the same whoever computes it."""
    parts = (document_id, notice.desk, notice.channel, notice.event.value, str(revision))
    return str(uuid.uuid5(_NAMESPACE, "\0".join(parts)))
