"""Acts as records of `documents.feedback`."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from departments.store.tables import Act, Document
from mailroom.contracts import headers as h
from mailroom.contracts.codec import encode
from mailroom.contracts.records import Feedback, Record, Source
from mailroom.streams.clock import rfc3339

BATCH = 50


@dataclass(frozen=True, slots=True)
class Judged:
    """An act with its document, and the label that it took back, if any."""

    act: Act
    document: Document | None
    withdrawn: str | None


def unpublished(session: Session, limit: int = BATCH) -> list[Judged]:
    """The acts that are to be published next, in the order in which they were done."""
    due = (
        select(Act, Document)
        .outerjoin(Document, Document.id == Act.document_id)
        .where(Act.published.is_(False))
        .order_by(Act.at, Act.revision)
        .limit(limit)
    )
    return [Judged(act, document, _withdrawn(session, act)) for act, document in session.execute(due).all()]


def _withdrawn(session: Session, act: Act) -> str | None:
    """The label that an act without one took back: that of the last judgement before."""
    if act.label is not None:
        return None
    before = select(Act.label).where(
        Act.document_id == act.document_id, Act.revision < act.revision, Act.label.is_not(None)
    )
    return session.scalar(before.order_by(Act.revision.desc()).limit(1)) or act.predicted


def record(topic: str, item: Judged, document: Document) -> Record:
    """The record of an act."""
    act = item.act
    at = rfc3339(act.at.timestamp())
    pairs = (
        (h.SPEC_VERSION, h.SPECIFICATION),
        (h.ID, act.id),
        (h.SOURCE, "/departments"),
        (h.TYPE, h.TYPE_FEEDBACK),
        (h.TIME, at),
        (h.CONTENT_TYPE, "application/json"),
    )
    headers = tuple((name, value.encode()) for name, value in pairs)
    return Record(topic, act.document_id.encode(), encode(feedback(item, document, at)), headers)


def feedback(item: Judged, document: Document, at: str) -> Feedback:
    """What an act says about its document."""
    act = item.act
    said = Feedback(
        id=act.document_id,
        label=act.label or item.withdrawn or act.predicted,
        predicted=act.predicted,
        actor=act.actor,
        at=at,
        source=_source(document),
        text_ref=act.text_ref,
        text_sha256=act.text_sha256,
    )
    return said if act.label else replace(said, withdrawn=True)


def _source(document: Document) -> Source:
    return Source(
        topic=document.topic,
        partition=document.partition,
        offset=document.offset,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        received_at=rfc3339(document.received_at.timestamp()),
        file_name=document.file_name,
        dataref=document.dataref,
        parent=document.parent,
    )
