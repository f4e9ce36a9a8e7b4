"""Acts: what a person does with a document, as one transaction each.

The document, its history and what is to be told to the desks change together or not at all. An act has an id that its
sender chose: the same one again, by a double click or a second try, does nothing and gets the first answer. A second
tab that shows what is past is told so, by the revision that it saw.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from departments.desks import ActKind, ActRefused, DeskRules, Standing, State, Step, after, looks, settles
from departments.moving import standing_of
from departments.review import leases
from departments.review.errors import StaleDocument
from departments.review.recording import ActRequest, Done, done_of, history, locked, record, write
from departments.store.changes import stamp
from departments.store.tables import Act, Document


def act(session: Session, request: ActRequest, rules: DeskRules, now: datetime) -> Done:
    """Do one act.

    Raises:
        NoSuchDocument: There is no such document.
        LeaseLost: It waits for review, and the lease is not the actor's.
        StaleDocument: Somebody acted on it since the actor looked.
        ActRefused: The act cannot be done there, or its label is missing or unknown.
    """
    done = _known(session, request)
    if done is not None:
        return done
    try:
        document = _taken(session, request, now)
        _require_fresh(session, document, request.revision)
    except ActRefused:
        # The other click of two may have held the document until now, and done it.
        done = _known(session, request)
        if done is None:
            raise
        return done
    return _known(session, request) or _do(session, document, request, rules, now)


def _taken(session: Session, request: ActRequest, now: datetime) -> Document:
    """The document, which nobody else changes until the commit; leases are locked first, by whoever locks both."""
    seen = session.get(Document, request.document_id)
    leased = seen is not None and seen.state == State.WAITING and not _is_stale(seen, request.revision)
    if leased:
        leases.require(session, request.document_id, request.actor, request.token, now)
    document = locked(session, request.document_id)
    if document.state == State.WAITING and not leased:
        _require_fresh(session, document, request.revision)
        raise StaleDocument(
            "this document came under review a moment ago: take it from the queue, then decide"
        )
    return document


def _is_stale(document: Document, revision: int | None) -> bool:
    return revision is not None and revision != document.revision


def _require_fresh(session: Session, document: Document, revision: int | None) -> None:
    if not _is_stale(document, revision):
        return
    last = session.scalar(
        select(Act)
        .where(Act.document_id == document.id)
        .order_by(Act.revision.desc(), Act.at.desc())
        .limit(1)
    )
    who = f"{last.actor} marked it {last.kind!r}" if last is not None else "it has changed"
    raise StaleDocument(f"{who} since you looked: nothing was done, look at the document again")


def _do(session: Session, document: Document, request: ActRequest, rules: DeskRules, now: datetime) -> Done:
    before = standing_of(document)
    kind, label = _meant(request, before.label(document.label))
    standing = after(before, kind, label, rules)
    leases.release(session, document.id)
    if label is not None and before.state is State.WAITING and rules.needs_two(document.id):
        kind, standing = _agreed(session, document, request.actor, label, (kind, standing))
    step = Step(request.id, kind, label, standing.desk)
    if kind is ActKind.SKIP:
        return record(session, document, step, before, request.actor, now)
    done = write(session, document, step, standing, request.actor, rules, now)
    stamp(session, document)
    return done


def _agreed(
    session: Session, document: Document, actor: str, label: str, wanted: tuple[ActKind, Standing]
) -> tuple[ActKind, Standing]:
    """What was wanted, if somebody else said the same; else a look, after which the document waits for another one."""
    earlier = looks(history(session, document.id))
    if actor in {look.actor for look in earlier}:
        raise ActRefused("you looked at this document before: somebody else has to agree, take another one")
    return wanted if settles(label, earlier) else (ActKind.LOOK, standing_of(document))


def _meant(request: ActRequest, present: str) -> tuple[ActKind, str | None]:
    """The act as it is recorded: `correct` to the present label confirms, `confirm` without a label means that."""
    if request.kind is ActKind.CORRECT and request.label == present:
        return ActKind.CONFIRM, present
    if request.kind is not ActKind.CONFIRM:
        return request.kind, request.label
    if request.label not in (None, present):
        raise ActRefused(
            f"confirmed as {request.label!r}, but the document is labelled {present!r}: correct it"
        )
    return ActKind.CONFIRM, present


def _known(session: Session, request: ActRequest) -> Done | None:
    """What was done under this act's id before."""
    row = session.get(Act, request.id)
    if row is None:
        return None
    if (row.document_id, row.actor) != (request.document_id, request.actor):
        raise ActRefused("this act's id was used for another act: load the page again")
    return done_of(row, repeated=True)
