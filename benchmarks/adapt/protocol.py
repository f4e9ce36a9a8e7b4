"""The corpus's leave-source-out protocol, with a few documents of the left-out sources corrected."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mailroom.model_package import Package, load
from training.adapt.adapting import adapt, write_adapted
from training.adapt.keeping import train_and_keep
from training.documents import LabelledDocument
from training.evaluation import Answers, figures
from training.golden import golden_documents
from training.kernels import Kernel
from training.run import Trained, write_package
from training.weights import balanced_weights

Floats = npt.NDArray[np.float64]
Choose = Callable[[Sequence[LabelledDocument], Package], list[int]]
"""Which of the left-out documents a person corrects."""


@dataclass(frozen=True)
class Predicted:
    """Documents and what a package said of them.

    Attributes:
        documents: Not among the corrected.
        probabilities: (documents, labels).
    """

    documents: list[LabelledDocument]
    probabilities: Floats


@dataclass(frozen=True)
class Measured:
    """One fold.

    Attributes:
        before: Of the package as trained.
        after: Of the package as adapted, on the same documents.
        seconds: That adapting took, writing the package included.
    """

    before: Predicted
    after: Predicted
    seconds: float


def trained(
    kernel: Kernel, documents: Sequence[LabelledDocument], labels: tuple[str, ...], folder: Path
) -> Package:
    """A package of the kernel with default parameters, its features kept."""
    parameters = kernel.defaults()
    model, features = train_and_keep(kernel, documents, labels, parameters=parameters, seed=1)
    done = Trained(model, labels, 0.5, {}, features)
    golden = golden_documents(kernel.input_kind)
    write_package(
        folder, done, documents, kernel=kernel, parameters=parameters, name="adapt", version="", golden=golden
    )
    return load(folder)


def measured(
    package: Package, test: Sequence[LabelledDocument], chosen: Sequence[int], folder: Path, *, refit: bool
) -> Measured:
    """Correct some documents and predict the others.

    Args:
        package: As trained.
        test: Documents of sources it has not seen.
        chosen: Those of them that are corrected.
        folder: For the new package.
        refit: Use the kept features; without, a residual layer.
    """
    corrected = [test[place] for place in chosen]
    rest = [item for place, item in enumerate(test) if place not in set(chosen)]
    teacher = package if refit else _without_features(package)
    started = time.perf_counter()
    write_adapted(folder, teacher, adapt(teacher, corrected), corrected)
    seconds = time.perf_counter() - started
    texts = [item.text for item in rest]
    return Measured(
        Predicted(rest, package.predict(texts)), Predicted(rest, load(folder).predict(texts)), seconds
    )


def random_choice(count: int, seed: int) -> Choose:
    """Any documents of every source of a class."""

    def choose(test: Sequence[LabelledDocument], _package: Package) -> list[int]:
        order = np.random.default_rng(seed).permutation(len(test))
        return first_of_each_source(test, order, count)

    return choose


def least_sure(count: int) -> Choose:
    """Those that the package doubts most, of every source of a class: what a review queue shows first."""

    def choose(test: Sequence[LabelledDocument], package: Package) -> list[int]:
        order = np.argsort(package.predict([item.text for item in test]).max(axis=1))
        return first_of_each_source(test, order, count)

    return choose


def first_of_each_source(
    test: Sequence[LabelledDocument], order: npt.NDArray[np.int64], count: int
) -> list[int]:
    """The first documents of every source of a class."""
    taken: defaultdict[tuple[str, str], int] = defaultdict(int)
    chosen = []
    for place in map(int, order):
        key = test[place].label, test[place].source
        taken[key] += 1
        if taken[key] <= count:
            chosen.append(place)
    return chosen


def one_source(count: int, seed: int) -> Choose:
    """Any documents of the largest source alone: the others tell whether they suffer."""

    def choose(test: Sequence[LabelledDocument], package: Package) -> list[int]:
        largest = Counter(item.source for item in test).most_common(1)[0][0]
        return [place for place in random_choice(count, seed)(test, package) if test[place].source == largest]

    return choose


def elsewhere(part: Predicted) -> Predicted:
    """The documents of all but the largest source."""
    largest = Counter(item.source for item in part.documents).most_common(1)[0][0]
    places = [place for place, item in enumerate(part.documents) if item.source != largest]
    return Predicted([part.documents[place] for place in places], part.probabilities[places])


def macro_f1(parts: Sequence[Predicted], labels: tuple[str, ...]) -> float:
    """Of pooled predictions, every source of a class with the same weight."""
    documents = [item for part in parts for item in part.documents]
    targets = np.array([labels.index(item.label) for item in documents])
    answers = Answers(labels, np.vstack([part.probabilities for part in parts]), targets)
    return float(figures(answers, weights=balanced_weights(documents))["macro_f1"])


def _without_features(package: Package) -> Package:
    poorer = copy(package)
    poorer.manifest = replace(package.manifest, features="")
    return poorer
