"""Judgements that came by the log: those of this database are known by their act's id, others become acts of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from departments.desks import ActKind, ActRefused, DeskRules, Standing, State, effective, first_standing
from departments.moving import move, standing_of
from departments.projection.errors import NotApplicable, Why
from departments.projection.reading import Judged
from departments.review.leases import release
from departments.review.recording import history
from departments.store.changes import stamp
from departments.store.tables import Act, Document, Lease


def project(session: Session, item: Judged, rules: DeskRules) -> None:
    """Apply a judgement, once. One that is older than what was done here since is written down and moves nothing.

    Args:
        session: A transaction that writes.
        item: The judgement.
        rules: The desks.

    Raises:
        NotApplicable: Its label or its document is unknown.
    """
    if session.get(Act, item.act_id) is not None:
        return
    _lock_lease(session, item.feedback.id)
    document = session.get(Document, item.feedback.id, with_for_update=True, populate_existing=True)
    if document is None:
        message = "a judgement on a document whose label has not come; it is applied once that comes"
        raise NotApplicable(Why.UNKNOWN_DOCUMENT, message, item.feedback.id)
    standing = _standing(document, item, rules)
    if session.get(Act, item.act_id) is not None:  # written by whoever held the document until now
        return
    before = standing_of(document)
    undoes = _last_judgement(session, document.id) if item.feedback.withdrawn else None
    if not _is_past(session, document.id, item.at):
        move(session, document, standing, rules, item.at)
        release(session, document.id)
    session.add(_act(document, item, before, undoes))
    stamp(session, document)


def _lock_lease(session: Session, document_id: str) -> None:
    """Leases are locked before documents, by whoever locks both: else two could wait for each other for ever."""
    session.execute(select(Lease.token).where(Lease.document_id == document_id).with_for_update())


def _standing(document: Document, item: Judged, rules: DeskRules) -> Standing:
    if item.feedback.withdrawn:
        return first_standing(document.decision, document.department)
    try:
        return Standing(rules.desk_of(item.feedback.label), State.AT_DESK, item.feedback.label)
    except ActRefused as error:
        raise NotApplicable(Why.UNKNOWN_LABEL, str(error), document.id) from error


def _is_past(session: Session, document_id: str, at: datetime) -> bool:
    later = select(Act.id).where(Act.document_id == document_id, Act.at > at, Act.kind != ActKind.SKIP.value)
    return session.scalar(later.limit(1)) is not None


def _last_judgement(session: Session, document_id: str) -> str | None:
    counting = effective(history(session, document_id))
    return counting[-1].id if counting else None


def _act(document: Document, item: Judged, before: Standing, undoes: str | None) -> Act:
    feedback = item.feedback
    return Act(
        id=item.act_id,
        document_id=document.id,
        kind=_kind(item).value,
        label=None if feedback.withdrawn else feedback.label,
        desk_before=before.desk,
        desk_after=document.desk,
        predicted=feedback.predicted,
        actor=feedback.actor,
        at=item.at,
        revision=document.revision,
        published=True,  # it came by the log
        undoes=undoes,
        text_ref=feedback.text_ref,
        text_sha256=feedback.text_sha256,
    )


def _kind(item: Judged) -> ActKind:
    if item.feedback.withdrawn:
        return ActKind.UNDO
    return ActKind.CONFIRM if item.feedback.label == item.feedback.predicted else ActKind.CORRECT
