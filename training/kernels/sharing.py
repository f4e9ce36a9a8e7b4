"""The contract for kernels whose candidates share work; optional, a plain `Kernel` needs none of it.

Most of a search repeats itself: a text's words are the same in every fold, and candidates that differ in
regularisation alone see the same features. A kernel that says so is asked for each step by itself, and nothing is
computed twice:

| step | once per |
|---|---|
| `prepare` | set of documents |
| `features` | fold and set of feature parameters |
| `fit`, `log_probabilities` | fold and candidate |
| `describe` | final model |

`train` is the same steps over all documents, so that the model that is shipped is the one that was measured.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from training.documents import LabelledDocument
from training.kernels.base import Kernel
from training.kernels.refusing import require_every_label

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Prepared = TypeVar("Prepared")
Features = TypeVar("Features")
Fit = TypeVar("Fit")


@dataclass(frozen=True)
class FoldView:
    """One fold of a set of documents; their texts are known to `prepare` alone.

    Attributes:
        documents: All of them, in the order that `prepare` saw, texts left out.
        labels: The order of the model's columns.
        train: Places to learn from.
        test: Places to predict; none in a final fit.
    """

    documents: Sequence[LabelledDocument]
    labels: Sequence[str]
    train: Integers
    test: Integers

    @cached_property
    def learnt(self) -> list[LabelledDocument]:
        """The documents to learn from."""
        return [self.documents[place] for place in self.train]

    @cached_property
    def targets(self) -> Integers:
        """(train,): the right columns."""
        columns = {label: column for column, label in enumerate(self.labels)}
        return np.array([columns[item.label] for item in self.learnt], dtype=np.int64)


class SharingKernel(Kernel, Generic[Prepared, Features, Fit]):
    """A kernel in steps. Each step gets what the one before it returned, and holds nothing itself.

    What `prepare` returns SHALL be picklable: it is kept on disk and mapped into the memory of every worker, so large
    parts should be numpy arrays or scipy matrices, and no step may write into them.

    Attributes:
        feature_parameters: The parameters that `features` reads. Candidates that agree on them share it.
    """

    feature_parameters: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def prepare(self, documents: Sequence[LabelledDocument], labels: Sequence[str]) -> Prepared:
        """Compute what depends on no fold and no parameter, such as the count of every term in every document.

        A document's part SHALL depend on that document alone: what is learnt from several belongs into `features`.
        """

    @abstractmethod
    def features(self, prepared: Prepared, view: FoldView, parameters: Mapping[str, Parameter]) -> Features:
        """Learn the features from `view.train` and compute them for `view.train` and `view.test`.

        Args:
            prepared: Of all documents.
            view: The fold.
            parameters: The candidate's; only `feature_parameters` may be read.
        """

    @abstractmethod
    def fit(
        self, features: Features, parameters: Mapping[str, Parameter], *, seed: int, previous: Fit | None
    ) -> Fit:
        """Learn from the features of `view.train`.

        Args:
            features: As `features` returned them.
            parameters: The candidate's.
            seed: The same seed and features SHALL give the same fit.
            previous: The fit of the candidate before this one in the same features, if there was one: a start from it
                is allowed where it leads to the same scores to three decimals, as is taking over parts that do not
                depend on what changed.
        """

    @abstractmethod
    def log_probabilities(self, features: Features, fit: Fit) -> Floats:
        """(test, labels): predictions for `view.test`, equal to those of the described model within 1e-5."""

    @abstractmethod
    def describe(self, features: Features, fit: Fit) -> RuntimeDescription:
        """The fit as data for a runtime."""

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """All steps, over all documents.

        Raises:
            UsageError: A label has no document.
        """
        require_every_label(documents, labels)
        everything, nothing = np.arange(len(documents)), np.arange(0)
        view = FoldView(without_texts(documents), tuple(labels), everything, nothing)
        features = self.features(self.prepare(documents, labels), view, parameters)
        return self.describe(features, self.fit(features, parameters, seed=seed, previous=None))


def without_texts(documents: Sequence[LabelledDocument]) -> list[LabelledDocument]:
    """The documents as the driver and every fold know them."""
    return [replace(item, text="") for item in documents]
