"""What happened to a document, step by step, from its receipt to its department."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.web import formats
from console.web.languages import Catalogue
from departments.desks import ActKind
from departments.store.tables import (
    CONFIRM,
    CORRECT,
    DEAD,
    HANDLE,
    NONE,
    NOT_OURS,
    RECALLED,
    REVIEW,
    SENT,
    SKIP,
    UNDO,
    Act,
    Delivery,
    Document,
)

ACTS = {
    CONFIRM: "%(actor)s confirmed: %(label)s",
    CORRECT: "%(actor)s corrected it to %(label)s",
    NONE: "%(actor)s: none of these",
    SKIP: "%(actor)s skipped it",
    ActKind.LOOK: "%(actor)s looked at it; somebody else must agree",
    NOT_OURS: "%(actor)s sent it back: not ours",
    HANDLE: "%(actor)s handled it",
    UNDO: "%(actor)s took the last step back",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        at: When.
        what: In words.
        detail: More of it.
        bad: Whether something went wrong.
    """

    at: datetime
    what: str
    detail: str = ""
    bad: bool = False


def journey(session: Session, document: Document, words: Catalogue) -> list[Step]:
    """All steps of a document, the first one first."""
    t = words.gettext
    desk = REVIEW if document.decision == REVIEW else document.department
    model = f"{document.model_name} {document.model_version}"
    label = t("Labelled %(label)s, %(confidence)s sure") % {
        "label": formats.named(document.label, words),
        "confidence": formats.percent(document.confidence),
    }
    steps = [
        Step(
            document.received_at, t("Received"), f"{document.topic} {document.partition}, {document.offset}"
        ),
        Step(document.cleansed_at, t("Text read and cleansed"), document.language),
        Step(document.classified_at, label, model),
        Step(document.classified_at, t("To the desk %(desk)s") % {"desk": formats.named(desk, words)}),
    ]
    acts = session.scalars(select(Act).where(Act.document_id == document.id))
    deliveries = session.scalars(select(Delivery).where(Delivery.document_id == document.id))
    steps += [_act(act, words) for act in acts]
    steps += [_delivery(delivery, words) for delivery in deliveries]
    return sorted(steps, key=lambda step: step.at)


def _act(act: Act, words: Catalogue) -> Step:
    sentence = words.gettext(ACTS.get(act.kind, act.kind))
    said = sentence % {"actor": act.actor, "label": formats.named(act.label or "", words)}
    moved = act.desk_before != act.desk_after
    detail = (
        f"{formats.named(act.desk_before, words)} → {formats.named(act.desk_after, words)}" if moved else ""
    )
    return Step(act.at, said, detail)


def _delivery(delivery: Delivery, words: Catalogue) -> Step:
    t = words.gettext
    told = t("%(desk)s is told that it left") if delivery.event == RECALLED else t("%(desk)s is told of it")
    said = told % {"desk": formats.named(delivery.desk, words)}
    if delivery.state == SENT and delivery.sent_at is not None:
        return Step(delivery.sent_at, said, t(delivery.channel))
    failed = delivery.state == DEAD
    waits = t("given up") if failed else t("not yet")
    detail = " · ".join(part for part in (t(delivery.channel), waits, delivery.last_error) if part)
    return Step(delivery.created_at, said, detail, failed)
