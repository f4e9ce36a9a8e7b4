"""Successive halving: many candidates on few documents, the best of them on more, the last ones on all.

Jamieson & Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization". The resource is
the number of documents to learn from; the documents that are tested are the same in every rung.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.documents import LabelledDocument
from training.search.settings import SearchSettings

Integers = npt.NDArray[np.int64]


def shares_of(settings: SearchSettings, candidates: int) -> tuple[float, ...]:
    """The share of the documents to learn from, rung by rung; the last is 1."""
    if settings.strategy != "halving":
        return (1.0,)
    by_candidates = _logarithm(candidates, settings.halving_factor)
    by_documents = _logarithm(1 / settings.smallest_share, settings.halving_factor)
    last = min(by_candidates, by_documents)
    return tuple(float(settings.halving_factor) ** -(last - rung) for rung in range(last + 1))


def survivors(candidates: int, settings: SearchSettings) -> int:
    """How many of so many go on to the next rung."""
    return math.ceil(candidates / settings.halving_factor)


def subset(
    documents: Sequence[LabelledDocument], train: Sequence[int], share: float, *, seed: int
) -> Integers:
    """A part of the documents to learn from: of each class and source the same share, at least one.

    A smaller share is part of every larger one.

    Args:
        documents: All of the data set.
        train: Places to choose from.
        share: Above 0; 1 for all.
        seed: Draws.

    Returns:
        Rising places.
    """
    places = np.asarray(train, dtype=np.int64)
    if share >= 1:
        return np.sort(places)
    ranks = np.random.default_rng(seed).permutation(len(documents))
    kinds = [(documents[place].label, documents[place].source) for place in places]
    found: list[int] = []
    for kind in dict.fromkeys(kinds):
        stratum = places[[item == kind for item in kinds]]
        count = math.ceil(share * len(stratum) - 1e-9)  # a third of three documents is one
        found.extend(stratum[np.argsort(ranks[stratum])][:count].tolist())
    return np.array(sorted(found), dtype=np.int64)


def _logarithm(value: float, base: int) -> int:
    """The whole part; `math.log(243, 3)` is a little less than 5."""
    return int(math.log(value) / math.log(base) + 1e-9)
