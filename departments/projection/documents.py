"""Labels into rows: each document once, at the desk that its label leads to."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from departments.desks import DeskRules, first_standing
from departments.moving import move, place, standing_of
from departments.projection.reading import Labelled
from departments.store.changes import stamp
from departments.store.tables import Act, Document


def project(session: Session, batch: Sequence[Labelled], rules: DeskRules) -> None:
    """Write labels down; those that were written before change nothing.

    A document that is labelled again (redriven, or after its id was forgotten) gets the newer label, and moves to its
    desk unless a person has dealt with it.

    Args:
        session: A transaction that writes.
        batch: In the order of the log.
        rules: The desks.
    """
    newest = {item.label.id: item for item in sorted(batch, key=lambda item: item.classified_at)}
    known = _known(session, newest)
    acted = set(session.scalars(select(Act.document_id).where(Act.document_id.in_(known)).distinct()))
    written = []
    for identifier, item in sorted(newest.items()):
        if identifier not in known:
            written.append(_insert(session, item, rules))
        elif item.classified_at > known[identifier].classified_at:
            written.append(_relabel(session, known[identifier], item, rules, moves=identifier not in acted))
    stamp(session, *written)


def _known(session: Session, identifiers: Mapping[str, Any]) -> dict[str, Document]:
    found = select(Document).where(Document.id.in_(identifiers)).order_by(Document.id).with_for_update()
    return {document.id: document for document in session.scalars(found)}


def _insert(session: Session, item: Labelled, rules: DeskRules) -> Document:
    standing = first_standing(item.label.decision, item.label.department)
    document = Document(**columns(item), desk=standing.desk, state=standing.state.value, revision=0, change=0)
    session.add(document)
    place(session, document, rules, item.classified_at)
    return document


def _relabel(
    session: Session, document: Document, item: Labelled, rules: DeskRules, *, moves: bool
) -> Document:
    before = document.label
    for name, value in columns(item).items():
        setattr(document, name, value)
    standing = first_standing(item.label.decision, item.label.department)
    if moves and (standing != standing_of(document) or before != document.label):
        move(session, document, standing, rules, item.classified_at)
    return document


def columns(item: Labelled) -> dict[str, Any]:
    """What a label says, by the columns of a document."""
    label, source = item.label, item.label.source
    same = (
        "id", "label", "confidence", "decision", "department", "language", "deciding_page", "duplicate_of",
    )  # fmt: skip
    of_source = (
        "file_name", "media_type", "size", "sha256", "dataref", "parent", "topic", "partition", "offset",
    )  # fmt: skip
    return {
        **{name: getattr(label, name) for name in same},
        **{name: getattr(source, name) for name in of_source},
        "candidates": msgspec.to_builtins(label.candidates),
        "model_name": label.model.name,
        "model_version": label.model.version,
        "model_digest": label.model.digest,
        "received_at": item.received_at,
        "cleansed_at": item.cleansed_at,
        "classified_at": item.classified_at,
    }
