"""What each document counts: every class the same, and in a class every source the same."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from training.documents import LabelledDocument

FULL_SOURCE = 10
"""Documents; a source with fewer counts in proportion, or three odd documents would outweigh hundreds."""


CORRECTED = "corrected:"
"""Begins the source of documents that a person corrected."""
CORRECTED_SHARE = 0.2
"""Of a class's weight, however few its corrected documents are: they are of the source that matters now."""


def balanced_weights(documents: Sequence[LabelledDocument]) -> npt.NDArray[np.float64]:
    """Weights with mean 1.

    Returns:
        (documents,): weights of a class sum to the same for every class; within one, every source has the same part
        of it, but for corrected documents, which share `CORRECTED_SHARE` among them.
    """
    keys = [(item.label, item.source) for item in documents]
    sizes = Counter(keys)
    shares = {key: min(size, FULL_SOURCE) / FULL_SOURCE for key, size in sizes.items()}
    totals: defaultdict[tuple[str, bool], float] = defaultdict(float)
    for key, share in shares.items():
        totals[_kind(key)] += share
    parts = {key: _part(key, totals) * share / totals[_kind(key)] for key, share in shares.items()}
    weights = np.array([parts[key] / sizes[key] for key in keys])
    return np.asarray(weights * len(documents) / weights.sum())


def _kind(key: tuple[str, str]) -> tuple[str, bool]:
    label, source = key
    return label, source.startswith(CORRECTED)


def _part(key: tuple[str, str], totals: Mapping[tuple[str, bool], float]) -> float:
    """Of the class, what corrected documents or all others have together."""
    label, corrected = _kind(key)
    if (label, not corrected) not in totals:
        return 1.0
    return CORRECTED_SHARE if corrected else 1 - CORRECTED_SHARE
