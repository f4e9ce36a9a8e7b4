"""Calibration by temperature, and the confidence below which a person should look.

Guo et al. 2017, "On Calibration of Modern Neural Networks": one number, fitted on documents the model has not seen.
"""

import numpy as np
import numpy.typing as npt
from pydantic import Field

from mailroom.model_package.runtimes.base import log_softmax
from mailroom.settings import Section

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LOWEST, HIGHEST = 0.2, 10.0


class ReviewSettings(Section):
    """How much people are to look at."""

    errors_caught: float = Field(
        0.8, gt=0, le=1, description="share of a model's errors that people should get to see"
    )
    most_reviewed: float = Field(
        0.3, gt=0, le=1, description="… as long as no larger share of the documents than this goes to them"
    )


def fit_temperature(log_probabilities: Floats, targets: Integers, weights: Floats) -> float:
    """The temperature with the smallest weighted log loss.

    Args:
        log_probabilities: (documents, labels), of documents left out of training.
        targets: (documents,), the right columns.
        weights: (documents,).
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - training only

    rows = np.arange(len(targets))

    def loss(log_temperature: float) -> float:
        likelihood = log_softmax(log_probabilities, float(np.exp(log_temperature)))[rows, targets]
        return -float(weights @ likelihood)

    found = minimize_scalar(loss, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return float(np.exp(found.x))


def review_threshold(
    confidence: Floats,
    correct: npt.NDArray[np.bool_],
    weights: Floats,
    settings: ReviewSettings = ReviewSettings(),  # noqa: B008 - frozen
) -> float:
    """The lowest confidence below which lie as many of the errors as the settings ask for, or as people can look at.

    Args:
        confidence: (documents,), calibrated, of documents left out of training.
        correct: (documents,), whether the label was right.
        weights: (documents,).
        settings: Shares of the errors and of the documents, both weighted.

    Returns:
        Documents of a lower confidence than this go to people; without errors, none of those seen.
    """
    order = np.argsort(confidence, kind="stable")
    reviewed = _share_before(weights[order])
    caught = _share_before((weights * ~correct)[order])
    enough = (caught >= settings.errors_caught) | (reviewed >= settings.most_reviewed)
    return float(confidence[order][int(np.argmax(enough))]) if enough.any() else float(confidence.max())


def _share_before(amounts: Floats) -> Floats:
    """Of the sum, what lies before each place; all of it where there is nothing."""
    total = amounts.sum()
    return (np.cumsum(amounts) - amounts) / total if total else np.ones(len(amounts))
