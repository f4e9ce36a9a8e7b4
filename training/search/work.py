"""What a search has its workers do."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from training.search.results import Candidate

if TYPE_CHECKING:
    from mailroom.model_package.description import Parameter

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
FeatureNames = Callable[[str], tuple[str, ...] | None]
"""Of a kernel: the parameters that its features depend on; None for a kernel that shares nothing."""


@dataclass(frozen=True)
class Trial:
    """One fit: a candidate on a fold.

    Attributes:
        candidate: What is fitted.
        fold: Its number in the plan.
        share: Of the documents to learn from.
    """

    candidate: Candidate
    fold: int
    share: float

    @property
    def key(self) -> str:
        """The same for the same fit in every run."""
        return f"{self.candidate.key}-{self.fold}-{self.share:.6f}"


@dataclass(frozen=True)
class Outcome:
    """What became of a fit.

    Attributes:
        trial: Which.
        seconds: Processor time.
        log_probabilities: (test, labels); None if it failed.
        reason: Why it failed, in one line.
    """

    trial: Trial
    seconds: float
    log_probabilities: Floats | None = None
    reason: str = ""


@dataclass(frozen=True)
class Bundle:
    """Fits that share fold and features: the work of one task, in this order.

    Attributes:
        trials: Of one kernel and fold; their parameters agree on what features depend on.
        features: The same for bundles that share their features.
        train: Places to learn from.
        test: Places to predict.
        seed: Of the fits.
    """

    trials: tuple[Trial, ...]
    features: str
    train: Integers
    test: Integers
    seed: int

    @property
    def kernel(self) -> str:
        """Of all of them."""
        return self.trials[0].candidate.kernel

    @property
    def parameters(self) -> tuple[Mapping[str, "Parameter"], ...]:
        """Of each."""
        return tuple(trial.candidate.parameters for trial in self.trials)

    def after(self, done: int) -> "Bundle":
        """What is left when so many fits are done."""
        return replace(self, trials=self.trials[done:])


def grouped(trials: Iterable[Trial], feature_names: FeatureNames, *, at_least: int) -> list[list[Trial]]:
    """Trials in groups, each the work of one task.

    Trials of a fold that agree on their features are one group. Where there are fewer groups than workers, the
    largest are cut in two: computing features twice at the same time costs no time.

    Args:
        trials: In the order in which they were named.
        feature_names: See there; trials of a kernel that shares nothing are groups of one.
        at_least: How many workers want work.
    """
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        found.setdefault(shared_by(trial, feature_names), []).append(trial)
    groups = list(found.values())
    while len(groups) < at_least and max(map(len, groups), default=0) > 1:
        largest = max(range(len(groups)), key=lambda place: len(groups[place]))
        groups[largest : largest + 1] = _halves(groups[largest])
    return groups


def shared_by(trial: Trial, feature_names: FeatureNames) -> str:
    """What a trial's features depend on; equal where they can be shared."""
    candidate = trial.candidate
    names = feature_names(candidate.kernel)
    values = [candidate.key] if names is None else [repr(candidate.parameters[name]) for name in names]
    return json.dumps([candidate.kernel, trial.fold, trial.share, *values])


def _halves(group: Sequence[Trial]) -> Iterator[list[Trial]]:
    middle = math.ceil(len(group) / 2)
    yield list(group[:middle])
    yield list(group[middle:])
