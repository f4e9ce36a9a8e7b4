"""What a batch leaves: a row for each document, and the tally of each part."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from classifier_service.batch.parts import Item
from classifier_service.classifier import Outcome
from classifier_service.refusal import Refusal

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """A part that is labelled and kept.

    Attributes:
        number: Of the part.
        documents: How many rows it has.
        labels: Documents labelled, by label.
        reasons: Documents that got no label, by reason.
        review: Documents that a person must look at.
        seconds: What it took.
    """

    number: int
    documents: int
    labels: dict[str, int]
    reasons: dict[str, int]
    review: int
    seconds: float


@dataclass(slots=True)
class Total:
    """The tallies of all parts, earlier runs' included."""

    documents: int = 0
    review: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, done: Done) -> None:
        """Count a part."""
        self.documents += done.documents
        self.review += done.review
        self.labels.update(done.labels)
        self.reasons.update(done.reasons)

    def summary(self) -> dict[str, Any]:
        """The counts as plain values."""
        return {
            "documents": self.documents,
            "labelled": self.labels.total(),
            "refused": self.reasons.total(),
            "review": self.review,
            "labels": _most_first(self.labels),
            "reasons": _most_first(self.reasons),
        }


def tally(number: int, rows: Sequence[Row], seconds: float) -> Done:
    """Count the rows of a part."""
    return Done(
        number=number,
        documents=len(rows),
        labels=dict(Counter(_given(rows, "label"))),
        reasons=dict(Counter(_given(rows, "reason"))),
        review=sum(row["decision"] == "review" for row in rows),
        seconds=round(seconds, 3),
    )


def row_of(item: Item, outcome: Outcome) -> Row:
    """A document's row: its label and all that goes with it, or the reason why it has none."""
    row: Row = dict.fromkeys(COLUMNS)
    row |= {"id": item.id, "input": item.place}
    if isinstance(outcome, Refusal):
        return row | {"reason": outcome.reason.value, "message": outcome.message}
    candidates = [{"label": one.label, "score": one.score} for one in outcome.candidates]
    return row | {
        "label": outcome.label,
        "confidence": outcome.confidence,
        "decision": outcome.decision,
        "department": outcome.department,
        "language": outcome.language,
        "candidates": candidates,
        "deciding_page": outcome.deciding_page,
    }


COLUMNS = (
    "id",
    "input",
    "label",
    "confidence",
    "decision",
    "department",
    "language",
    "candidates",
    "deciding_page",
    "reason",
    "message",
)


def schema() -> "pa.Schema":
    """The columns of results as Arrow has them."""
    import pyarrow as pa  # noqa: PLC0415 - `--help` answers at once

    candidate = pa.struct([("label", pa.string()), ("score", pa.float64())])
    kinds = {"confidence": pa.float64(), "candidates": pa.list_(candidate), "deciding_page": pa.int32()}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])


def _most_first(counts: Counter[str]) -> dict[str, int]:
    """By their counts, then by name: parts are finished in any order."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _given(rows: Sequence[Row], name: str) -> Iterable[str]:
    return (row[name] for row in rows if row[name] is not None)
