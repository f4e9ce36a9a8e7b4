"""What two services said of the same documents, and how they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.evaluation import BINS, Answers, figures
from training.gate.bootstrap import Bounded, Floats, Integers, bounded, grouped
from training.gate.limits import Limits

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Said:
    """A service's answers.

    Attributes:
        probabilities: (documents, labels); zeros where there is no label.
        automatic: (documents,): whether the label went on without review.
        answered: (documents,): whether there is a label.
    """

    probabilities: Floats
    automatic: Flags
    answered: Flags

    def of(self, chosen: Flags) -> "Said":
        """The answers about some of the documents."""
        return Said(self.probabilities[chosen], self.automatic[chosen], self.answered[chosen])

    @property
    def predicted(self) -> Integers:
        """(documents,): columns; the one after the last where there is no label."""
        return np.where(self.answered, self.probabilities.argmax(axis=1), self.probabilities.shape[1])


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate beside its champion.

    Attributes:
        labels: The order of all columns.
        candidate: Its figures, as `mailroom evaluate` gives them.
        champion: Likewise.
        macro_f1: Candidate's less champion's.
        per_class: The same of each label that documents have.
        calibration_error: Candidate's less champion's.
        unreviewed_errors: The same of the share of documents with a wrong label that nobody looks at.
    """

    labels: tuple[str, ...]
    candidate: dict[str, Any]
    champion: dict[str, Any]
    macro_f1: Bounded
    per_class: dict[str, Bounded]
    calibration_error: Bounded
    unreviewed_errors: Bounded

    def told(self) -> dict[str, Any]:
        """As JSON-serialisable values."""
        return {
            "candidate": self.candidate,
            "champion": self.champion,
            "difference": {
                "macro_f1": self.macro_f1.told(),
                "per_class": {label: found.told() for label, found in self.per_class.items()},
                "expected_calibration_error": self.calibration_error.told(),
                "unreviewed_errors": self.unreviewed_errors.told(),
            },
        }


def compared(
    candidate: Said,
    champion: Said,
    targets: Integers,
    *,
    labels: tuple[str, ...],
    groups: Sequence[str],
    limits: Limits,
) -> Comparison:
    """Compare two services on the same documents.

    Args:
        candidate: What it said.
        champion: What it said.
        targets: (documents,): right columns.
        labels: The order of the columns.
        groups: (documents,): names of what is drawn together; empty for a document by itself.
        limits: Certainty, resamples and seed.
    """
    occurring = np.unique(targets)
    both = (_Scorer(candidate, targets, occurring), _Scorer(champion, targets, occurring))
    differences = bounded(
        lambda weights: both[0](weights) - both[1](weights),
        grouped(groups),
        resamples=limits.resamples,
        certainty=limits.certainty,
        seed=limits.seed,
    )
    calibration, unreviewed, macro, *classes = differences
    return Comparison(
        labels,
        figures_of(candidate, targets, labels),
        figures_of(champion, targets, labels),
        macro,
        {labels[column]: found for column, found in zip(occurring, classes, strict=True)},
        calibration,
        unreviewed,
    )


def figures_of(said: Said, targets: Integers, labels: tuple[str, ...]) -> dict[str, Any]:
    """Figures of what was answered, and the shares of what was not, and of what was wrong without review."""
    answered = said.answered
    wrong = answered & (said.predicted != targets)
    found = (
        figures(Answers(labels, said.probabilities[answered], targets[answered])) if answered.any() else {}
    )
    return {
        **found,
        "unanswered": float((~answered).mean()),
        "review_share": float((answered & ~said.automatic).mean()),
        "unreviewed_errors": float((wrong & said.automatic).mean()),
    }


class _Scorer:
    """Weights of documents to figures: calibration error, unreviewed errors, macro-F1, F1 of each label."""

    def __init__(self, said: Said, targets: Integers, occurring: Integers) -> None:
        self._occurring = occurring
        self._width = said.probabilities.shape[1] + 1
        self._cells = targets * self._width + said.predicted
        confidence = said.probabilities.max(axis=1)
        right = said.predicted == targets
        self._gaps = np.where(said.answered, confidence - right, 0.0)
        self._bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
        self._unreviewed = (said.answered & ~right & said.automatic).astype(np.float64)

    def __call__(self, weights: Floats) -> Floats:
        total = weights.sum()
        gaps = np.bincount(self._bins, weights=weights * self._gaps, minlength=BINS)
        f1 = self._f1(weights)
        return np.array([np.abs(gaps).sum() / total, weights @ self._unreviewed / total, f1.mean(), *f1])

    def _f1(self, weights: Floats) -> Floats:
        table = np.bincount(self._cells, weights=weights, minlength=(self._width - 1) * self._width)
        table = table.reshape(-1, self._width)
        hits = np.diag(table)[self._occurring]
        mass = table.sum(axis=1)[self._occurring] + table.sum(axis=0)[self._occurring]
        return np.divide(2 * hits, mass, out=np.zeros(len(hits)), where=mass > 0)
