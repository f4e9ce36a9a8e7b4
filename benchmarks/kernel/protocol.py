"""The corpus's leave-source-out protocol: three folds by the field `fold`, predictions pooled, sources weighted."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import TextBatch
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.runtimes.base import log_softmax
from training.calibration import fit_temperature
from training.documents import LabelledDocument
from training.evaluation import Answers
from training.kernels import Kernel
from training.weights import balanced_weights

Floats = npt.NDArray[np.float64]
Predictor = Callable[[Sequence[LabelledDocument], Sequence[LabelledDocument]], Floats]
"""(training documents, test documents) to (test documents, labels) probabilities."""

PER_SOURCE = 300
SMALLEST = 1e-12
SEED = 1


def left_out(
    documents: Sequence[LabelledDocument],
    extra: Sequence[LabelledDocument],
    labels: tuple[str, ...],
    predict: Predictor,
) -> tuple[Answers, Floats]:
    """Pool the predictions of every fold.

    Args:
        documents: The corpus.
        extra: Documents that are only trained on.
        labels: The order of the columns.
        predict: Trains and predicts.

    Returns:
        The answers, each fold under the temperature that fits the others, and what each document counts.
    """
    tested: list[LabelledDocument] = []
    rows = []
    for train, test in folds(documents):
        rows.append(predict([*capped(train), *capped(extra)], test))
        tested.extend(test)
    targets = np.array([labels.index(item.label) for item in tested])
    weights = balanced_weights(tested)
    numbers = np.repeat(np.arange(len(rows)), [len(part) for part in rows])
    logs = np.log(np.maximum(np.vstack(rows), SMALLEST))
    return Answers(labels, calibrated(logs, targets, weights, numbers), targets), weights


def calibrated(
    logs: Floats, targets: npt.NDArray[np.int64], weights: Floats, numbers: npt.NDArray[np.int64]
) -> Floats:
    """Probabilities of each fold, under the temperature that fits the other folds."""
    probabilities = np.empty_like(logs)
    for number in np.unique(numbers):
        own, others = numbers == number, numbers != number
        temperature = fit_temperature(logs[others], targets[others], weights[others])
        probabilities[own] = np.exp(log_softmax(logs[own], temperature))
    return probabilities


def kernel_predictor(kernel: Kernel, labels: tuple[str, ...]) -> Predictor:
    """The kernel with its default parameters."""

    def predict(train: Sequence[LabelledDocument], test: Sequence[LabelledDocument]) -> Floats:
        description = kernel.train(train, labels, parameters=kernel.defaults(), seed=SEED)
        batch = TextBatch([item.text for item in test])
        return np.asarray(np.exp(build_runtime(description, labels).log_probabilities(batch)))

    return predict


def yardstick(labels: tuple[str, ...]) -> Predictor:
    """Plain TF-IDF of words and pairs with logistic regression, class weights balanced."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - heavy
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - heavy

    def predict(train: Sequence[LabelledDocument], test: Sequence[LabelledDocument]) -> Floats:
        model = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, max_features=200_000),
            LogisticRegression(C=10, class_weight="balanced", max_iter=300),
        )
        model.fit([item.text for item in train], [item.label for item in train])
        columns = [list(model.classes_).index(label) for label in labels]
        return np.asarray(model.predict_proba([item.text for item in test])[:, columns])

    return predict


def folds(
    documents: Sequence[LabelledDocument],
) -> Iterator[tuple[list[LabelledDocument], list[LabelledDocument]]]:
    """Train and test sides of every fold; no group is on both."""
    for number in sorted({item.fold for item in documents}):
        test = [item for item in documents if item.fold == number]
        groups = {item.group for item in test} - {""}
        yield [item for item in documents if item.fold != number and item.group not in groups], test


def capped(documents: Sequence[LabelledDocument]) -> Iterator[LabelledDocument]:
    """At most `PER_SOURCE` documents of each class and source, the same ones every time."""
    order = np.random.default_rng(SEED).permutation(len(documents))
    taken: defaultdict[tuple[str, str], int] = defaultdict(int)
    for place in order:
        item = documents[int(place)]
        taken[item.label, item.source] += 1
        if taken[item.label, item.source] <= PER_SOURCE:
            yield item
