"""Predictions beside the truth: the one view of a run that every figure of a report is taken from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from training.dataset import Dataset
from training.documents import LabelledDocument
from training.evaluation import Answers, figures
from training.search.results import Predictions
from training.weights import balanced_weights

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tested:
    """What models said of documents that they had not learnt from.

    Attributes:
        places: (documents,): which documents of the data set.
        documents: The same, without their texts.
        answers: What was said and what is right.
    """

    places: npt.NDArray[np.int64]
    documents: tuple[LabelledDocument, ...]
    answers: Answers

    @cached_property
    def weights(self) -> Floats:
        """(documents,): every source of a label counts the same, as in the search's own score."""
        return balanced_weights(self.documents)

    @cached_property
    def figures(self) -> Mapping[str, Any]:
        """All figures of `training.evaluation`, weighted."""
        return figures(self.answers, weights=self.weights)


def tested(predictions: Predictions, dataset: Dataset, labels: tuple[str, ...]) -> Tested:
    """Put calibrated predictions beside the truth.

    Args:
        predictions: Their places name documents of `dataset`.
        dataset: All documents of the run; no text is read.
        labels: The order of the columns.
    """
    documents = tuple(dataset.index[place] for place in predictions.places)
    targets = np.array([labels.index(document.label) for document in documents], dtype=np.int64)
    answers = Answers(labels, np.exp(predictions.log_probabilities), targets)
    return Tested(predictions.places, documents, answers)
