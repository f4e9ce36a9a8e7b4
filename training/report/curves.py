"""The two curves of a report: confidence against accuracy, and coverage against accuracy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.evaluation import BINS

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Documents whose confidence lies between two bounds.

    Attributes:
        low: From here …
        high: … to here, which belongs to the next bin, but for 1.
        documents: How many.
        confidence: Their mean confidence.
        accuracy: The share of them that is right.
    """

    low: float
    high: float
    documents: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """What happens at a confidence.

    Attributes:
        confidence: Documents at least so sure are labelled without a person …
        covered: … which is this share of all …
        accuracy: … of which this share is right.
    """

    confidence: float
    covered: float
    accuracy: float


def reliability(confidence: Floats, correct: Booleans) -> tuple[Bin, ...]:
    """The filled ones of ten equal bins: a reliability diagram (DeGroot & Fienberg 1983; Niculescu-Mizil 2005).

    Args:
        confidence: (documents,).
        correct: (documents,).
    """
    numbers = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(
            number / BINS,
            (number + 1) / BINS,
            int((numbers == number).sum()),
            float(confidence[numbers == number].mean()),
            float(correct[numbers == number].mean()),
        )
        for number in np.unique(numbers).tolist()
    )


def coverage(confidence: Floats, correct: Booleans) -> tuple[Coverage, ...]:
    """Accuracy of the surest documents, for each share of them (El-Yaniv & Wiener 2010), the surest first.

    Documents of the same confidence come together: no order among them would be honest.

    Args:
        confidence: (documents,).
        correct: (documents,).
    """
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence = confidence[order]
    right = np.cumsum(correct[order])
    ends = np.append(np.flatnonzero(np.diff(sorted_confidence)), len(order) - 1)
    return tuple(
        Coverage(float(sorted_confidence[end]), float((end + 1) / len(order)), float(right[end] / (end + 1)))
        for end in ends.tolist()
    )


def thinned(curve: tuple[Coverage, ...], most: int) -> tuple[Coverage, ...]:
    """At most so many points of a curve, evenly spread, the first and the last among them."""
    places = np.unique(np.linspace(0, len(curve) - 1, min(most, len(curve))).round().astype(int))
    return tuple(curve[place] for place in places.tolist())


def at_threshold(curve: tuple[Coverage, ...], threshold: float) -> Coverage:
    """The point of a coverage curve where documents below `threshold` go to people; nothing covered where all do."""
    kept = [point for point in curve if point.confidence >= threshold]
    return kept[-1] if kept else Coverage(threshold, 0.0, 1.0)
