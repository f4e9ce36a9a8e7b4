"""How a data set is split: the same folds for every candidate."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from training.folds import Fold


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """Folds, and what their figures speak of.

    Attributes:
        folds: Places to train and to test on; every kept group is on one side.
        final: Places that the winner is fitted on at the end.
        unseen: Labels whose documents were tested by models that had not seen their source.
        not_unseen: The other labels, and why there is no such estimate for them.
    """

    folds: tuple[Fold, ...]
    final: tuple[int, ...]
    unseen: tuple[str, ...]
    not_unseen: Mapping[str, str] = field(default_factory=dict)
