"""What each document counts: every class the same, and in a class every source the same."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.documents import LabelledDocument

FULL_SOURCE = 10
"""Documents; a source with fewer counts in proportion, or three odd documents would outweigh hundreds."""


def balanced_weights(documents: Sequence[LabelledDocument]) -> npt.NDArray[np.float64]:
    """Weights with mean 1.

    Returns:
        (documents,): weights of a class sum to the same for every class.
    """
    sizes = Counter((item.label, item.source) for item in documents)
    shares = {key: min(size, FULL_SOURCE) / FULL_SOURCE for key, size in sizes.items()}
    totals: Counter[str] = Counter()
    for (label, _), share in shares.items():
        totals[label] += share  # type: ignore[assignment] # Counter adds floats as well
    keys = [(item.label, item.source) for item in documents]
    weights = np.array([shares[key] / totals[key[0]] / sizes[key] for key in keys])
    return np.asarray(weights * len(documents) / weights.sum())
