"""What contenders take of this machine: time for a document, and memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.gate.asking import Door, in_turn
from training.gate.bootstrap import Bounded, bounded
from training.gate.documents import Judged
from training.gate.limits import Limits

LATENCY_RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Cost:
    """What both take of this machine.

    Attributes:
        seconds: Medians and 95th percentiles of one document's time, by contender and name.
        latency: Candidate's time as a multiple of the champion's: median and 95th percentile.
        memory_bytes: Of candidate and champion.
    """

    seconds: Mapping[str, Mapping[str, float]]
    latency: Mapping[str, Bounded]
    memory_bytes: tuple[int, int]

    @property
    def memory_ratio(self) -> float:
        """Candidate's memory as a multiple of the champion's."""
        return self.memory_bytes[0] / self.memory_bytes[1]

    def told(self) -> dict[str, Any]:
        """As JSON-serialisable values."""
        candidate, champion = self.memory_bytes
        return {
            "seconds": {name: dict(found) for name, found in self.seconds.items()},
            "latency_ratio": {name: found.told() for name, found in self.latency.items()},
            "memory_bytes": {"candidate": candidate, "champion": champion},
            "memory_ratio": self.memory_ratio,
        }


def cost_of(
    doors: tuple[Door, Door], documents: Judged, limits: Limits, memory_bytes: tuple[int, int]
) -> Cost:
    """Time some of the documents, one by one.

    Args:
        doors: Candidate's and champion's.
        documents: To choose from.
        limits: How many, certainty and seed.
        memory_bytes: Of candidate and champion.
    """
    source = np.random.default_rng(limits.seed)
    count = min(limits.timed, len(documents.questions))
    places = source.choice(len(documents.questions), size=count, replace=False)
    times = in_turn(*doors, [documents.questions[place] for place in places])

    def ratios(weights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        found = np.quantile(np.repeat(times, weights.astype(int), axis=0), [0.5, 0.95], axis=0)
        return np.asarray(found[:, 0] / found[:, 1])

    median, slow = bounded(
        ratios,
        np.arange(len(times)),
        resamples=LATENCY_RESAMPLES,
        certainty=limits.certainty,
        seed=limits.seed,
    )
    quantiles = np.quantile(times, [0.5, 0.95], axis=0)
    seconds = {
        name: {"median": float(quantiles[0, column]), "p95": float(quantiles[1, column])}
        for column, name in enumerate(("candidate", "champion"))
    }
    return Cost(seconds, {"median": median, "p95": slow}, memory_bytes)
