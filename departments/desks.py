"""The rules of desks: where a document lies, what a person may do there, where that takes it, and who is told.

Pure functions over values: whoever calls them does so inside one transaction, and writes down what they answer.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from mailroom.contracts.errors import UsageError

REVIEW = "review"
"""The desk of documents that need a person; no department may have this name."""


class State(StrEnum):
    """What is to be done with a document at its desk."""

    WAITING = "waiting"
    AT_DESK = "at_desk"
    HANDLED = "handled"


class ActKind(StrEnum):
    """What a person did with a document."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    NONE = "none"
    SKIP = "skip"
    NOT_OURS = "not_ours"
    HANDLED = "handled"
    LOOK = "look"
    """What one of two people said who must agree; see `settles`."""
    UNDO = "undo"


JUDGEMENTS = frozenset({ActKind.CONFIRM, ActKind.CORRECT})
"""The acts that say what a document is: training learns from these."""


class DeliveryEvent(StrEnum):
    """What a desk's channels are told."""

    ASSIGNED = "document.assigned"
    RECALLED = "document.recalled"


class ActRefused(UsageError):
    """The document is not where this act could be done; the message says what is."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a document lies.

    Attributes:
        desk: A department, or `REVIEW`.
        state: What is to be done with it there.
        confirmed_label: What a person said it is; None where nobody did.
    """

    desk: str
    state: State
    confirmed_label: str | None = None

    def label(self, predicted: str) -> str:
        """What the document counts as: what a person said, else what the model did."""
        return self.confirmed_label or predicted


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a document's history, as far as it moved the document."""

    id: str
    kind: ActKind
    label: str | None
    desk_after: str
    undoes: str | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one channel of a desk is to be told."""

    desk: str
    channel: str
    event: DeliveryEvent


@dataclass(frozen=True, slots=True)
class DeskRules:
    """What the settings say about desks.

    Attributes:
        departments: Label to department: who must act on it.
        channels: Department to the channels by which it wants to be told (`webhook`, `email`, `folder`).
        deadlines: Desk to the hours in which a document must be handled; a desk that is not named has no deadline.
        second_look: Share of the documents under review, 0 to 1, that two people must agree on.
    """

    departments: Mapping[str, str]
    channels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    deadlines: Mapping[str, float] = field(default_factory=dict)
    second_look: float = 0.0

    def desk_of(self, label: str) -> str:
        """The desk of a label.

        Raises:
            ActRefused: There is no such label.
        """
        if label not in self.departments:
            known = ", ".join(sorted(self.departments))
            raise ActRefused(f"no label {label[:80]!r}: say one of {known}")
        return self.departments[label]

    def needs_two(self, document_id: str) -> bool:
        """Whether two people must agree on a document: by its id, so that nobody can choose."""
        drawn = int.from_bytes(hashlib.sha256(document_id.encode()).digest()[:8], "big")
        return drawn < self.second_look * 2**64

    def due_at(self, standing: Standing, since: datetime) -> datetime | None:
        """Until when a document that came to its desk at `since` must be handled; None where nothing is due."""
        hours = self.deadlines.get(standing.desk)
        if hours is None or standing.state is State.HANDLED:
            return None
        return since + timedelta(hours=hours)

    def notices(self, before: Standing | None, after: Standing, predicted: str) -> tuple[Notice, ...]:
        """Whom a move concerns: the desk that loses the document, and the one that gets it.

        A desk that keeps the document is told again where its label has changed. Documents under review are in the
        queue, which has no channels.

        Args:
            before: Where the document lay; None where it is new.
            after: Where it lies now.
            predicted: The model's label.
        """
        left, entered = _holder(before), _holder(after)
        told: list[Notice] = []
        if left is not None and left != entered:
            told += self._to(left, DeliveryEvent.RECALLED)
        relabelled = before is not None and before.label(predicted) != after.label(predicted)
        if entered is not None and (left != entered or relabelled):
            told += self._to(entered, DeliveryEvent.ASSIGNED)
        return tuple(told)

    def _to(self, desk: str, event: DeliveryEvent) -> list[Notice]:
        return [Notice(desk, channel, event) for channel in self.channels.get(desk, ())]


def first_standing(decision: str, department: str) -> Standing:
    """Where a document lies once it is classified: its decision is `auto`, or `review`."""
    if decision == REVIEW:
        return Standing(REVIEW, State.WAITING)
    return Standing(department, State.AT_DESK)


_ALLOWED: Mapping[State, frozenset[ActKind]] = {
    State.WAITING: frozenset({ActKind.CONFIRM, ActKind.CORRECT, ActKind.NONE, ActKind.SKIP}),
    State.AT_DESK: frozenset({ActKind.CONFIRM, ActKind.CORRECT, ActKind.NOT_OURS, ActKind.HANDLED}),
    State.HANDLED: frozenset({ActKind.CORRECT, ActKind.NOT_OURS}),
}


def allowed(standing: Standing) -> frozenset[ActKind]:
    """What a person may do with a document; what was done last can be undone besides."""
    return _ALLOWED[standing.state]


def after(before: Standing, kind: ActKind, label: str | None, rules: DeskRules) -> Standing:
    """Where an act takes a document.

    Args:
        before: Where it lies.
        kind: The act; `UNDO` is what `restored` is for.
        label: What the person says it is; judgements need it.
        rules: The desks.

    Raises:
        ActRefused: The act cannot be done there, or the label is missing or unknown.
    """
    if kind not in allowed(before):
        raise ActRefused(f"a document that is {_in_words(before)} cannot be marked {kind.value!r}")
    if kind in JUDGEMENTS:
        if not label:
            raise ActRefused(f"{kind.value!r} needs a label")
        return Standing(rules.desk_of(label), State.AT_DESK, label)
    if label is not None:
        raise ActRefused(f"{kind.value!r} takes no label")
    return _moved(before, kind, before.desk if kind is ActKind.HANDLED else REVIEW, None)


def effective(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The acts that still count: those that moved the document and were not undone."""
    steps = tuple(steps)
    undone = {step.undoes for step in steps}
    return tuple(
        step for step in steps if step.kind not in {ActKind.UNDO, ActKind.SKIP} and step.id not in undone
    )


def looks(steps: Iterable[Step]) -> tuple[Step, ...]:
    """What people said of a document since it came under review, while they do not agree yet."""
    found = effective(steps)
    last = max((place for place, step in enumerate(found, 1) if step.kind is not ActKind.LOOK), default=0)
    return found[last:]


def settles(label: str, earlier: Sequence[Step]) -> bool:
    """Whether one more person's label decides: somebody said the same, or two disagreed already."""
    return len(earlier) > 1 or any(step.label == label for step in earlier)


def restored(first: Standing, steps: Iterable[Step]) -> Standing:
    """Where a document lies by its history: desks as they were written down, whatever the settings say by now."""
    standing = first
    for step in effective(steps):
        standing = _moved(standing, step.kind, step.desk_after, step.label)
    return standing


def _moved(before: Standing, kind: ActKind, desk: str, label: str | None) -> Standing:
    if kind in JUDGEMENTS:
        return Standing(desk, State.AT_DESK, label)
    if kind is ActKind.NONE:
        return Standing(REVIEW, State.HANDLED)
    if kind is ActKind.NOT_OURS:
        return Standing(REVIEW, State.WAITING)
    if kind is ActKind.HANDLED:
        return Standing(desk, State.HANDLED, before.confirmed_label)
    return before


def _holder(standing: Standing | None) -> str | None:
    """The department that has the document."""
    return None if standing is None or standing.desk == REVIEW else standing.desk


def _in_words(standing: Standing) -> str:
    words = {State.WAITING: "waiting for review", State.AT_DESK: f"at the desk of {standing.desk}"}
    return words.get(standing.state, "handled")
