"""Calibration by temperature, and the confidence below which a person should look.

Guo et al. 2017, "On Calibration of Modern Neural Networks": one number, fitted on documents the model has not seen.
"""

import numpy as np
import numpy.typing as npt

from mailroom.model_package.runtimes.base import log_softmax

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

AUTO_ACCURACY = 0.95
"""What should be right of the documents that no person looks at …"""
MOST_REVIEWED = 0.3
"""… as long as no larger share than this goes to people."""
LOWEST, HIGHEST = 0.2, 10.0


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


def review_threshold(confidence: Floats, correct: npt.NDArray[np.bool_], weights: Floats) -> float:
    """The lowest confidence at which `AUTO_ACCURACY` of what is above it is right, within `MOST_REVIEWED`.

    Args:
        confidence: (documents,), calibrated.
        correct: (documents,), whether the label was right.
        weights: (documents,).
    """
    order = np.argsort(confidence)
    kept = np.cumsum(weights[order][::-1])[::-1]
    right = np.cumsum((weights * correct)[order][::-1])[::-1]
    reviewed = 1 - kept / kept[0]
    enough = (right / kept >= AUTO_ACCURACY) | (reviewed >= MOST_REVIEWED)
    return float(confidence[order][int(np.argmax(enough))]) if enough.any() else float(confidence.max())
