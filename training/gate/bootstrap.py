"""The paired bootstrap: how sure a difference between two models is that were asked about the same documents.

Efron 1979, "Bootstrap Methods: Another Look at the Jackknife"; paired, as Koehn 2004, "Statistical Significance Tests
for Machine Translation Evaluation". Documents of one group (a template, near-duplicates) are drawn together, for they
are no independent witnesses (Davison and Hinkley 1997, section 3.8).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bounded:
    """A figure and what it surely lies between.

    Attributes:
        value: On the documents as they are.
        lower: Below this it is by chance alone in (1 - certainty) of all cases.
        upper: Likewise above.
    """

    value: float
    lower: float
    upper: float

    def told(self) -> dict[str, float]:
        """As JSON-serialisable values."""
        return {"value": self.value, "lower": self.lower, "upper": self.upper}


def bounded(
    statistic: Callable[[Floats], Floats],
    groups: Integers,
    *,
    resamples: int,
    certainty: float,
    seed: int,
) -> list[Bounded]:
    """Figures with one-sided percentile bounds.

    Args:
        statistic: How often each document counts, (documents,), to the figures, (figures,).
        groups: (documents,): numbers from 0; documents of one number are drawn together.
        resamples: How many draws.
        certainty: Of each bound, such as 0.95.
        seed: The same seed gives the same bounds.
    """
    found = statistic(np.ones(len(groups)))
    draws = np.array([statistic(weights) for weights in _draws(groups, resamples, seed)])
    lower, upper = np.quantile(draws, [1 - certainty, certainty], axis=0)
    return [Bounded(float(v), float(lo), float(hi)) for v, lo, hi in zip(found, lower, upper, strict=True)]


def grouped(names: Sequence[str]) -> Integers:
    """Numbers for the groups of documents; one without a name is a group of its own."""
    keys = [("named", name) if name else ("place", str(place)) for place, name in enumerate(names)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)


def _draws(groups: Integers, resamples: int, seed: int) -> Iterator[Floats]:
    source = np.random.default_rng(seed)
    count = int(groups.max()) + 1
    for _ in range(resamples):
        yield np.bincount(source.integers(count, size=count), minlength=count)[groups].astype(np.float64)
