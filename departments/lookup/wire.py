"""The JSON that the look-up door answers. Times are RFC 3339 in UTC with microseconds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from departments.store.columns import rfc3339
from departments.store.tables import Act, Delivery, Document


class Candidate(msgspec.Struct, frozen=True):
    """A label and its calibrated probability.

    Attributes:
        label: The label.
        score: 0 to 1.
    """

    label: str
    score: float


class Label(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a document is, and who has it now.

    Attributes:
        id: The document's id.
        label: What it counts as: what a person said, else what the model did.
        predicted: The model's label.
        confidence: Its calibrated probability, 0 to 1.
        candidates: All labels by the model, best first.
        decision: `auto`, or `review` where a person had to look.
        department: Whose desk has it now; `review` where a person must decide.
        predicted_department: Who must act by the model's label.
        state: `waiting` for a person, `at_desk` of its department, or `handled`.
        confirmed: Whether a person said what it is.
        file_name: The sender's name for it.
        received_at: When it came.
        classified_at: When it was labelled.
        due_at: Until when its desk must have handled it.
        model: Name and version of the package that decided.
        revision: 0 as labelled, and one more with each act.
        change: Grows with each change of any document; events are resumed by it.
    """

    id: str
    label: str
    predicted: str
    confidence: float
    candidates: list[Candidate]
    decision: str
    department: str
    predicted_department: str
    state: str
    confirmed: bool
    received_at: str
    classified_at: str
    model: str
    revision: int
    change: int
    file_name: str | None = None
    due_at: str | None = None


class Labels(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of labels.

    Attributes:
        labels: In the order that was asked for.
        next: The `cursor` of the next page; absent on the last one.
    """

    labels: list[Label]
    next: str | None = None


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of a document's way.

    Attributes:
        at: When.
        what: `received`, `cleansed`, `labelled`, an act (`confirm`, `correct`, `none`, `skip`, `not_ours`, `handled`,
            `undo`), or a delivery (`document.assigned`, `document.recalled`).
        desk: The desk that it leads to, or that was told.
        label: The label that was given.
        actor: Who acted.
        channel: By which a desk is told.
        state: Of a delivery: `due`, `sent` or `dead`.
    """

    at: str
    what: str
    desk: str | None = None
    label: str | None = None
    actor: str | None = None
    channel: str | None = None
    state: str | None = None


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the original is, and what it was.

    Attributes:
        topic: In the log.
        partition: Likewise.
        offset: Likewise.
        media_type: By its bytes.
        size: Its bytes.
        sha256: Hex digest of them.
        parent: Id of the document that it is a part of.
        duplicate_of: Id of the first document of the same content.
        deciding_page: The page that decided, from 1.
        language: ISO 639-1 code, `und` where unknown.
    """

    topic: str
    partition: int
    offset: int
    media_type: str
    size: int
    sha256: str
    language: str
    parent: str | None = None
    duplicate_of: str | None = None
    deciding_page: int | None = None


class Journey(msgspec.Struct, frozen=True):
    """A document with its whole way.

    Attributes:
        id: Its id.
        label: Its label.
        original: Where its original is.
        journey: What happened to it, the first step first.
    """

    id: str
    label: Label
    original: Place
    journey: list[Step]


def label_of(document: Document) -> Label:
    """A document's label."""
    return Label(
        id=document.id,
        label=document.confirmed_label or document.label,
        predicted=document.label,
        confidence=document.confidence,
        candidates=[Candidate(**candidate) for candidate in document.candidates],
        decision=document.decision,
        department=document.desk,
        predicted_department=document.department,
        state=document.state,
        confirmed=document.confirmed_label is not None,
        received_at=rfc3339(document.received_at),
        classified_at=rfc3339(document.classified_at),
        model=f"{document.model_name} {document.model_version}",
        revision=document.revision,
        change=document.change,
        file_name=document.file_name,
        due_at=_time(document.due_at),
    )


def journey_of(document: Document, acts: Sequence[Act], deliveries: Sequence[Delivery]) -> Journey:
    """A document with its whole way."""
    steps = [*_steps(document), *map(_act, acts), *map(_delivery, deliveries)]
    names = Place.__struct_fields__
    original = Place(**{name: getattr(document, name) for name in names})
    return Journey(document.id, label_of(document), original, sorted(steps, key=lambda step: step.at))


def _steps(document: Document) -> list[Step]:
    labelled: dict[str, Any] = {"label": document.label, "desk": document.department}
    return [
        Step(rfc3339(document.received_at), "received"),
        Step(rfc3339(document.cleansed_at), "cleansed"),
        Step(rfc3339(document.classified_at), "labelled", **labelled),
    ]


def _act(act: Act) -> Step:
    return Step(rfc3339(act.at), act.kind, desk=act.desk_after, label=act.label, actor=act.actor)


def _delivery(delivery: Delivery) -> Step:
    at = delivery.sent_at or delivery.created_at
    return Step(rfc3339(at), delivery.event, delivery.desk, channel=delivery.channel, state=delivery.state)


def _time(time: datetime | None) -> str | None:
    return None if time is None else rfc3339(time)
