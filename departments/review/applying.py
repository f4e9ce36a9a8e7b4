"""Judgements that were made elsewhere, as they come from `documents.feedback`: another instance's, another tool's."""

from datetime import datetime

from sqlalchemy.orm import Session

from departments.desks import (
    JUDGEMENTS,
    ActKind,
    DeskRules,
    Standing,
    State,
    Step,
    effective,
    first_standing,
    restored,
)
from departments.review import leases
from departments.review.recording import history, locked, write
from departments.store.tables import Act, Document
from mailroom.contracts.records import Feedback


def apply(
    session: Session, act_id: str, feedback: Feedback, rules: DeskRules, at: datetime
) -> Document | None:
    """Do what a judgement says, once: our own acts come back too, and are known by their ids.

    The caller stamps the documents (`departments.store.changes`), all together at the end of its transaction. Whoever
    has the document open is told at their next act that somebody judged it meanwhile.

    Args:
        session: A transaction that writes.
        act_id: The record's `ce_id`.
        feedback: The judgement.
        rules: The desks.
        at: When it was made.

    Returns:
        The document; None where nothing was to be done: the act is known, or nothing was there to withdraw.

    Raises:
        NoSuchDocument: The document's label has not come (yet).
        ActRefused: The judgement names no label of ours.
    """
    if session.get(Act, act_id) is not None:
        return None
    document = session.get(Document, feedback.id)
    if document is not None and document.state == State.WAITING:
        leases.release(session, document.id)  # leases before documents: the order in which both are locked
    document = locked(session, feedback.id)
    step, standing = _meant(session, document, act_id, feedback, rules)
    if step is None:
        return None
    write(session, document, step, standing, feedback.actor, rules, at, published=True)
    return document


def _meant(
    session: Session, document: Document, act_id: str, feedback: Feedback, rules: DeskRules
) -> tuple[Step | None, Standing]:
    if feedback.withdrawn:
        return _withdrawal(session, document, act_id)
    desk = rules.desk_of(feedback.label)
    kind = ActKind.CONFIRM if feedback.label == document.label else ActKind.CORRECT
    standing = Standing(desk, State.AT_DESK, feedback.label)
    return Step(act_id, kind, feedback.label, desk), standing


def _withdrawal(session: Session, document: Document, act_id: str) -> tuple[Step | None, Standing]:
    """The last judgement that counts, undone."""
    first = first_standing(document.decision, document.department)
    steps = history(session, document.id)
    judged = [step for step in effective(steps) if step.kind in JUDGEMENTS]
    if not judged:
        return None, first
    step = Step(act_id, ActKind.UNDO, None, document.desk, undoes=judged[-1].id)
    return step, restored(first, (*steps, step))
