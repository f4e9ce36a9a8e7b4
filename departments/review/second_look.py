"""Four eyes: of some documents a second person must say the same before they go anywhere.

Nobody is shown what the first one said. Where two disagree, a third one decides.
"""

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from departments.desks import ActKind
from departments.store.tables import Act, Document

_PASSING = (ActKind.LOOK.value, ActKind.SKIP.value, ActKind.UNDO.value)
"""Acts after which an earlier look still counts."""


def looked_at() -> ColumnElement[bool]:
    """Whether the clerk of the parameter `clerk` has said what a document is, and others must now.

    A condition for queries of documents.
    """
    look, later, undoing = aliased(Act), aliased(Act), aliased(Act)
    undone = select(undoing.id).where(undoing.document_id == later.document_id, undoing.undoes == later.id)
    over = select(later.id).where(
        later.document_id == look.document_id,
        later.revision > look.revision,
        or_(
            later.undoes == look.id,
            and_(later.kind.not_in(_PASSING), ~undone.correlate(later).exists()),
        ),
    )
    return (
        select(look.id)
        .where(
            look.document_id == Document.id,
            look.actor == bindparam("clerk"),
            look.kind == ActKind.LOOK.value,
            ~over.correlate(look).exists(),
        )
        .correlate(Document)
        .exists()
    )
