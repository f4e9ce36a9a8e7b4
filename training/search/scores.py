"""Scores of candidates by what they said of documents that they had not learnt from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from training.documents import LabelledDocument
from training.evaluation import Answers, figures
from training.folds import Fold
from training.search.results import Predictions
from training.search.work import Floats, Integers
from training.weights import balanced_weights

DECIMALS = 3
"""Candidates whose scores agree so far are as good as each other: kernels promise no more."""


@dataclass(frozen=True)
class Scores:
    """Macro-F1 over the documents of all folds, every source of a class with the same weight.

    Attributes:
        documents: All of the data set.
        labels: The order of the columns.
        folds: What was tested where.
    """

    documents: Sequence[LabelledDocument]
    labels: tuple[str, ...]
    folds: tuple[Fold, ...]

    @cached_property
    def tests(self) -> tuple[Integers, ...]:
        """Places that are tested, fold by fold."""
        return tuple(np.array(fold.test, dtype=np.int64) for fold in self.folds)

    def pooled(self, answers: Sequence[Floats]) -> Predictions:
        """The predictions of all folds as one."""
        return Predictions(np.concatenate(self.tests), np.vstack(answers))

    def score(self, predictions: Predictions) -> float:
        """Of all folds together."""
        return self._score(predictions.places, predictions.log_probabilities)

    def of_folds(self, answers: Sequence[Floats]) -> tuple[float, ...]:
        """Of each fold alone."""
        return tuple(self._score(places, rows) for places, rows in zip(self.tests, answers, strict=True))

    def _score(self, places: Integers, log_probabilities: Floats) -> float:
        tested = [self.documents[place] for place in places]
        targets = np.array([self.labels.index(item.label) for item in tested])
        answers = Answers(self.labels, np.exp(log_probabilities), targets)
        return float(figures(answers, weights=balanced_weights(tested))["macro_f1"])
