"""Figures of a model on labelled documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

REVIEWED_SHARES = (0.1, 0.2, 0.3)
BINS = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model said, beside what is right.

    Attributes:
        labels: The order of the columns.
        probabilities: (documents, labels).
        targets: (documents,): right columns.
    """

    labels: tuple[str, ...]
    probabilities: Floats
    targets: Integers

    @property
    def predicted(self) -> Integers:
        """The likeliest columns."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def confidence(self) -> Floats:
        """The probability of the likeliest label."""
        return np.asarray(self.probabilities.max(axis=1))

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Whether the likeliest label is right."""
        return np.asarray(self.predicted == self.targets)


def figures(answers: Answers, *, weights: Floats | None = None) -> dict[str, Any]:
    """Every figure that `mailroom evaluate` prints of the predictions.

    Args:
        answers: The predictions.
        weights: What each document counts; 1 without.

    Returns:
        `macro_f1` over the labels that occur, `accuracy`, `documents`, `per_class`, `confusion_matrix` (rows are
        the right labels), `expected_calibration_error`, `errors_caught`.
    """
    per_class = _per_class(answers, weights)
    occurring = [row["f1"] for row in per_class.values() if row["support"]]
    return {
        "documents": len(answers.targets),
        "macro_f1": float(np.mean(occurring)) if occurring else 0.0,
        "accuracy": float(np.average(answers.correct, weights=weights)),
        "per_class": per_class,
        "confusion_matrix": _confusion(answers),
        "expected_calibration_error": expected_calibration_error(answers.confidence, answers.correct),
        "errors_caught": errors_caught(answers.confidence, answers.correct),
    }


def expected_calibration_error(confidence: Floats, correct: npt.NDArray[np.bool_]) -> float:
    """Mean distance of confidence from accuracy over ten equal bins, weighted by their documents (Naeini 2015)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=confidence - correct, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def errors_caught(confidence: Floats, correct: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Of all errors, the share among the least sure 10, 20 and 30 % of documents; 1 where there are no errors."""
    wrong = ~correct[np.argsort(confidence, kind="stable")]
    if not wrong.any():
        return {str(share): 1.0 for share in REVIEWED_SHARES}
    counts = {str(share): round(share * len(wrong)) for share in REVIEWED_SHARES}
    return {share: float(wrong[:count].sum() / wrong.sum()) for share, count in counts.items()}


def _per_class(answers: Answers, weights: Floats | None) -> dict[str, dict[str, float]]:
    from sklearn.metrics import precision_recall_fscore_support  # noqa: PLC0415 - heavy

    columns = range(len(answers.labels))
    precision, recall, f1, _ = precision_recall_fscore_support(
        answers.targets, answers.predicted, labels=columns, sample_weight=weights, zero_division=0
    )
    support = np.bincount(answers.targets, minlength=len(answers.labels))
    rows = zip(answers.labels, precision, recall, f1, support, strict=True)
    return {
        label: {"precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
        for label, p, r, f, s in rows
    }


def _confusion(answers: Answers) -> Mapping[str, Mapping[str, int]]:
    from sklearn.metrics import confusion_matrix  # noqa: PLC0415 - heavy

    matrix = confusion_matrix(answers.targets, answers.predicted, labels=range(len(answers.labels)))
    return {label: _row(answers.labels, row) for label, row in zip(answers.labels, matrix, strict=True)}


def _row(labels: Sequence[str], counts: Integers) -> dict[str, int]:
    return {label: int(count) for label, count in zip(labels, counts, strict=True)}
