"""What each model says of documents left out, and the blend of two of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.kernel.protocol import Floats, Predictor
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.runtimes.base import log_softmax
from mailroom.model_package.runtimes.page import mixed, weights_of
from training.documents import LabelledDocument
from training.evaluation import Answers
from training.folds import Fold
from training.kernels import kernel_named
from training.kernels.batches import batch_of, page_batch_of
from training.kernels.pooling import LeftOut
from training.weights import balanced_weights

Integers = npt.NDArray[np.int64]
SEED = 1


@dataclass(frozen=True)
class Opinions:
    """Predictions pooled over folds.

    Attributes:
        documents: What was predicted.
        folds: (documents,): the fold of each.
        log_probabilities: (documents, labels).
        targets: (documents,).
        weights: Of the images, for each fold; empty but for the blend.
    """

    documents: Sequence[LabelledDocument]
    folds: Integers
    log_probabilities: Floats
    targets: Integers
    weights: tuple[float, ...] = ()

    def answers(self, labels: tuple[str, ...]) -> Answers:
        """For figures."""
        return Answers(labels, np.exp(self.log_probabilities), self.targets)


def pooled(
    documents: Sequence[LabelledDocument],
    parts: Sequence[Fold],
    predict: Predictor,
    labels: tuple[str, ...],
    *,
    logarithm: bool = False,
) -> Opinions:
    """Ask a model about every fold.

    Args:
        documents: All of them.
        parts: The folds.
        predict: Trains and predicts.
        labels: The order of the columns.
        logarithm: The predictor gives probabilities.
    """
    sides = [([documents[p] for p in part.train], [documents[p] for p in part.test]) for part in parts]
    rows = np.vstack([predict(train, test) for train, test in sides])
    tested = [item for _, test in sides for item in test]
    numbers = np.repeat(np.arange(len(parts)), [len(test) for _, test in sides])
    targets = np.array([labels.index(item.label) for item in tested])
    return Opinions(tested, numbers, np.log(rows) if logarithm else rows, targets)


def text_opinion(labels: tuple[str, ...]) -> Predictor:
    """`text-linear` on OCR text."""
    return _kernel("text-linear", labels)


def image_opinion(labels: tuple[str, ...], epochs: int) -> Predictor:
    """`image-neural` on pixels."""
    return _kernel("image-neural", labels, epochs=epochs)


def majority(labels: tuple[str, ...]) -> Predictor:
    """The most frequent label of the training side, whatever the document."""

    def predict(train: Sequence[LabelledDocument], test: Sequence[LabelledDocument]) -> Floats:
        counts = Counter(item.label for item in train)
        return np.tile(np.log([counts[label] / len(train) for label in labels]), (len(test), 1))

    return predict


def blended(text: Opinions, image: Opinions) -> Opinions:
    """Both by the weight and the temperatures that `page-blend` would learn from the other folds."""
    rows = np.zeros_like(text.log_probabilities)
    weights = []
    for fold in range(int(text.folds.max()) + 1):
        own = text.folds == fold
        learnt = _left_out(text, image, ~own)
        weights.append(learnt.best_weight())
        first, second = learnt.temperatures
        batch = page_batch_of(_chosen(text.documents, own))
        says = (
            log_softmax(text.log_probabilities[own], first),
            log_softmax(image.log_probabilities[own], second),
        )
        rows[own] = log_softmax(mixed(*says, weights_of(batch, weights[-1])))
    return Opinions(text.documents, text.folds, rows, text.targets, tuple(weights))


def _left_out(text: Opinions, image: Opinions, chosen: npt.NDArray[np.bool_]) -> LeftOut:
    documents = _chosen(text.documents, chosen)
    return LeftOut(
        text.log_probabilities[chosen],
        image.log_probabilities[chosen],
        page_batch_of(documents),
        text.targets[chosen],
        balanced_weights(documents),
    )


def _chosen(documents: Sequence[LabelledDocument], chosen: npt.NDArray[np.bool_]) -> list[LabelledDocument]:
    return [item for item, kept in zip(documents, chosen, strict=True) if kept]


def _kernel(name: str, labels: tuple[str, ...], **changes: int) -> Predictor:
    kernel = kernel_named(name)

    def predict(train: Sequence[LabelledDocument], test: Sequence[LabelledDocument]) -> Floats:
        description = kernel.train(train, labels, parameters=kernel.defaults(**changes), seed=SEED)
        return build_runtime(description, labels).log_probabilities(batch_of(test, kernel.input_kind))

    return predict
