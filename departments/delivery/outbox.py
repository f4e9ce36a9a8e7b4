"""What is due to desks, in the departments' database: claimed, sent or put off, given up.

A message is claimed for a while (its lease) and marked once it has arrived. Who is killed in between leaves a lease
that runs out: the message is sent again, under the same id.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from departments.delivery.messages import Facts, Message
from departments.store.columns import rfc3339
from departments.store.tables import DEAD, DUE, SENT, Delivery, Document

Lane = tuple[str, str]
"""A desk and a channel: one receiver."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Messages to send now, and those whose document nobody knows any more."""

    messages: tuple[Message, ...]
    orphans: tuple[str, ...] = ()


def claim(session: Session, lane: Lane, limit: int, now: datetime, lease: timedelta) -> Claim:
    """Take what is due to one receiver, longest due first.

    Of one document a message waits until the earlier ones have been sent or given up, so that no recall overtakes
    what it recalls.

    Args:
        session: Of a writing transaction.
        lane: The receiver.
        limit: So many at most.
        now: The present.
        lease: For how long they are the caller's alone.
    """
    # Locked from here on: several senders that look at once each take other rows; SQLite lets in one at a time anyway.
    unclaimed = _claimable(lane, now).limit(limit).with_for_update(skip_locked=True, of=Delivery)
    ids = session.scalars(unclaimed).all()
    if not ids:
        return Claim(())
    taken = update(Delivery).where(Delivery.id.in_(ids))
    session.execute(
        taken.values(lease_until=now + lease, attempts=Delivery.attempts + 1).execution_options(
            synchronize_session=False
        )
    )
    rows = session.execute(
        select(Delivery, Document)
        .outerjoin(Document, Document.id == Delivery.document_id)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.next_at, Delivery.revision, Delivery.id)
        .execution_options(populate_existing=True)
    ).all()
    return Claim(
        tuple(_message(delivery, document) for delivery, document in rows if document is not None),
        tuple(delivery.id for delivery, document in rows if document is None),
    )


def mark_sent(session: Session, message_id: str, now: datetime) -> None:
    """A message has arrived."""
    _settle(session, [message_id], state=SENT, sent_at=now, last_error=None)


def put_off(session: Session, message_id: str, until: datetime, reason: str) -> None:
    """A message is tried again later."""
    _settle(session, [message_id], next_at=until, last_error=reason)


def give_up(session: Session, message_ids: Collection[str], reason: str) -> None:
    """Messages are dead until somebody calls them back."""
    _settle(session, message_ids, state=DEAD, last_error=reason)


def is_due(session: Session, lane: Lane, now: datetime) -> bool:
    """Whether there is something for `claim`."""
    return session.scalar(_claimable(lane, now).limit(1)) is not None


def strays(session: Session, lanes: Collection[Lane]) -> tuple[Lane, ...]:
    """Receivers that no settings name, and to which something is due."""
    chosen = select(Delivery.desk, Delivery.channel).where(Delivery.state == DUE).distinct()
    return tuple(lane for desk, channel in session.execute(chosen) if (lane := (desk, channel)) not in lanes)


def give_up_lane(session: Session, lane: Lane, reason: str) -> int:
    """All that is due to a receiver is dead; how many messages that were."""
    desk, channel = lane
    due = select(Delivery.id).where(Delivery.state == DUE, Delivery.desk == desk, Delivery.channel == channel)
    ids = session.scalars(due).all()
    give_up(session, ids, reason)
    return len(ids)


def _claimable(lane: Lane, now: datetime) -> Select[str]:
    earlier = aliased(Delivery)
    overtaken = exists().where(
        earlier.document_id == Delivery.document_id,
        earlier.desk == Delivery.desk,
        earlier.channel == Delivery.channel,
        # Not `== DUE`: SQLite would go by the state's index, past all that is due to the receiver, for each candidate.
        earlier.state.not_in((SENT, DEAD)),
        earlier.revision < Delivery.revision,
    )
    desk, channel = lane
    return (
        select(Delivery.id)
        .where(Delivery.state == DUE, Delivery.desk == desk, Delivery.channel == channel)
        .where(Delivery.next_at <= now, _free(now), ~overtaken)
        .order_by(Delivery.next_at)
    )


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)


def _settle(session: Session, message_ids: Collection[str], **values: object) -> None:
    """What somebody else has settled meanwhile stays as it is."""
    changed = update(Delivery).where(and_(Delivery.id.in_(message_ids), Delivery.state == DUE))
    session.execute(changed.values(lease_until=None, **values).execution_options(synchronize_session=False))


def _message(delivery: Delivery, document: Document) -> Message:
    return Message(
        id=delivery.id,
        desk=delivery.desk,
        channel=delivery.channel,
        event=delivery.event,
        revision=delivery.revision,
        at=delivery.created_at,
        facts=_facts(document),
        attempts=delivery.attempts,
    )


def _facts(document: Document) -> Facts:
    return Facts(
        id=document.id,
        label=document.confirmed_label or document.label,
        predicted=document.label,
        confidence=document.confidence,
        decision=document.decision,
        language=document.language,
        desk=document.desk,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        received_at=rfc3339(document.received_at),
        file_name=document.file_name,
        dataref=document.dataref,
        parent=document.parent,
        due_at=None if document.due_at is None else rfc3339(document.due_at),
    )
