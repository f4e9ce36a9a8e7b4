"""Acts as they are written down: rows of the audit trail, and what was done as a value."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from departments.desks import JUDGEMENTS, ActKind, DeskRules, Standing, Step
from departments.moving import move, standing_of
from departments.review.errors import NoSuchDocument
from departments.store.tables import Act, Document


def new_act_id() -> str:
    """An id for an act; a page makes one for each form that it shows."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class ActRequest:
    """What a person wants to do.

    Attributes:
        document_id: To which document.
        kind: Any act but `undo`.
        actor: Who.
        label: What the document is: asked of a correction; a confirmation may repeat it.
        token: Of the lease, for a document that waits for review.
        revision: The document's as the person saw it; None acts on whatever it is now.
        id: The act's id: the same one is done once.
    """

    document_id: str
    kind: ActKind
    actor: str
    label: str | None = None
    token: str | None = None
    revision: int | None = None
    id: str = field(default_factory=new_act_id)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done.

    Attributes:
        id: The act's.
        document_id: The document's.
        kind: As recorded: a correction to the label that the document has is a confirmation, and either is a `look`
            where somebody else must agree first.
        label: What the person said it is.
        desk_before: Where it was.
        desk_after: Where it is.
        actor: Who did it.
        at: When.
        revision: The document's, with this act.
        undoes: The act that this one undid.
        repeated: Whether it had been done before, and nothing was done now.
    """

    id: str
    document_id: str
    kind: ActKind
    label: str | None
    desk_before: str
    desk_after: str
    actor: str
    at: datetime
    revision: int
    undoes: str | None = None
    repeated: bool = False


def history(session: Session, document_id: str) -> tuple[Step, ...]:
    """A document's acts in their order."""
    acts = session.scalars(select(Act).where(Act.document_id == document_id).order_by(Act.revision, Act.at))
    return tuple(
        Step(row.id, ActKind(row.kind), row.label, row.desk_after, row.undoes, row.actor) for row in acts
    )


def locked(session: Session, document_id: str) -> Document:
    """A document that nobody else changes until the commit.

    Raises:
        NoSuchDocument: It is not there, or not any more.
    """
    document = session.get(Document, document_id, with_for_update=True, populate_existing=True)
    if document is None:
        raise NoSuchDocument(f"there is no document {document_id[:80]!r} (any more): go back to the list")
    return document


def write(
    session: Session,
    document: Document,
    step: Step,
    standing: Standing,
    actor: str,
    rules: DeskRules,
    now: datetime,
) -> Done:
    """Move a locked document as an act says, and write the act down; the caller stamps it last of all."""
    before = standing_of(document)
    move(session, document, standing, rules, now)
    return record(session, document, step, before, actor, now)


def record(
    session: Session,
    document: Document,
    step: Step,
    before: Standing,
    actor: str,
    now: datetime,
) -> Done:
    """Write an act down, done to a document that lay at `before`.

    It is to be published where it changes what the document counts as for whoever learns from labels.
    """
    present = standing_of(document)
    teaches = step.kind in JUDGEMENTS or present.confirmed_label != before.confirmed_label
    row = Act(
        id=step.id,
        document_id=document.id,
        kind=step.kind.value,
        label=present.confirmed_label if step.kind is ActKind.UNDO else step.label,
        desk_before=before.desk,
        desk_after=present.desk,
        predicted=document.label,
        actor=actor,
        at=now,
        revision=document.revision,
        published=not teaches,
        undoes=step.undoes,
    )
    session.add(row)
    session.flush()
    return done_of(row)


def done_of(row: Act, *, repeated: bool = False) -> Done:
    """A row as a value."""
    return Done(
        row.id,
        row.document_id,
        ActKind(row.kind),
        row.label,
        row.desk_before,
        row.desk_after,
        row.actor,
        row.at,
        row.revision,
        row.undoes,
        repeated,
    )
