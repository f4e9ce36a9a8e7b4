"""Undoing: an act of its own, after which the document lies where its history without the undone act puts it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from departments.desks import ActKind, ActRefused, DeskRules, Step, effective, first_standing, restored
from departments.review.errors import StaleDocument
from departments.review.recording import Done, done_of, history, locked, new_act_id, write
from departments.store.changes import stamp
from departments.store.tables import Act


def undo(
    session: Session,
    actor: str,
    rules: DeskRules,
    now: datetime,
    *,
    act_id: str | None = None,
    new_id: str = "",
) -> Done:
    """Undo an actor's act: the document lies where it lay before.

    Args:
        session: A transaction that writes.
        actor: Whose act; nobody undoes another's.
        rules: The desks.
        now: The time.
        act_id: Which; by default the last one that moved a document and was not undone.
        new_id: The id of the undoing, an act itself; the same one is done once.

    Raises:
        ActRefused: There is no such act, or somebody acted on the document since.
    """
    new_id = new_id or new_act_id()
    known = session.get(Act, new_id)
    if known is not None:
        return done_of(known, repeated=True)
    target = _to_undo(session, actor, act_id)
    document = locked(session, target.document_id)
    known = session.get(Act, new_id)  # by the other click of two, which held the document until now
    if known is not None:
        return done_of(known, repeated=True)
    steps = history(session, document.id)
    counting = effective(steps)
    if not counting or counting[-1].id != target.id:
        raise StaleDocument(
            "this cannot be undone any more: the document was dealt with since, see its history"
        )
    undone = Step(new_id, ActKind.UNDO, None, document.desk, undoes=target.id)
    standing = restored(first_standing(document.decision, document.department), (*steps, undone))
    done = write(session, document, undone, standing, actor, rules, now)
    stamp(session, document)
    return done


def _to_undo(session: Session, actor: str, act_id: str | None) -> Act:
    later = aliased(Act)
    undone = select(later.id).where(later.document_id == Act.document_id, later.undoes == Act.id).exists()
    mine = select(Act).where(Act.actor == actor, ~undone)
    moved = mine.where(Act.kind.not_in([ActKind.UNDO.value, ActKind.SKIP.value]))
    chosen = moved if act_id is None else moved.where(Act.id == act_id)
    found = session.scalar(chosen.order_by(Act.at.desc(), Act.revision.desc()).limit(1))
    if found is None:
        raise ActRefused("there is nothing of yours to undo")
    return found
