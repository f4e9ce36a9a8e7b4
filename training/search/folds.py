"""The folds of a plan as bundles of work."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from training.documents import LabelledDocument
from training.folds import Fold
from training.kernels import kernel_class
from training.kernels.sharing import SharingKernel
from training.search.rungs import subset
from training.search.work import Bundle, Integers, Trial, grouped, shared_by


@dataclass(frozen=True)
class Folds:
    """What is learnt from and tested where.

    Attributes:
        documents: All of the data set.
        plan: Its folds.
        seed: Draws shares of documents, and is the seed of every fit.
    """

    documents: Sequence[LabelledDocument]
    plan: tuple[Fold, ...]
    seed: int
    _subsets: dict[tuple[int, float], Integers] = field(default_factory=dict)

    def bundles(self, trials: Sequence[Trial], *, at_least: int) -> list[Bundle]:
        """The work of a rung, features shared wherever they can be.

        Args:
            trials: In the order in which they were named.
            at_least: How many workers want work.
        """
        return [
            Bundle(
                trials=tuple(group),
                features=shared_by(group[0], feature_names),
                train=self._train(group[0]),
                test=np.array(self.plan[group[0].fold].test, dtype=np.int64),
                seed=self.seed,
            )
            for group in grouped(trials, feature_names, at_least=at_least)
        ]

    def _train(self, trial: Trial) -> Integers:
        key = (trial.fold, trial.share)
        if key not in self._subsets:
            train = self.plan[trial.fold].train
            self._subsets[key] = subset(self.documents, train, trial.share, seed=self.seed)
        return self._subsets[key]


@lru_cache(maxsize=64)
def feature_names(kernel: str) -> tuple[str, ...] | None:
    """The parameters that a kernel's features depend on; None for a kernel that shares nothing."""
    found = kernel_class(kernel)
    return found.feature_parameters if issubclass(found, SharingKernel) else None
