"""A training run on one machine: left-out predictions, calibration, final fit, package."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package import Manifest, Provenance, RuntimeDescription, write
from mailroom.model_package.description import Parameter
from mailroom.model_package.fingerprints import identities
from mailroom.model_package.runtimes import build_runtime
from mailroom.textprep import PREP_VERSION, cleanse
from training.adapt.keeping import train_and_keep
from training.documents import LabelledDocument
from training.folds import source_folds
from training.judging import judge
from training.kernels import Kernel
from training.kernels.batches import batch_of
from training.libraries import library_versions
from training.search.results import Predictions
from training.waiting import Report

Floats = npt.NDArray[np.float64]

FEWEST = 2
"""Documents a label needs, and labels a model needs."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to learn."""

    kernel: Kernel
    parameters: Mapping[str, Parameter]
    seed: int

    def train(self, documents: Sequence[LabelledDocument], labels: tuple[str, ...]) -> RuntimeDescription:
        """Learn from cleansed documents."""
        return self.kernel.train(documents, labels, parameters=self.parameters, seed=self.seed)


@dataclass(frozen=True, slots=True)
class Trained:
    """A calibrated model and what is known of it.

    Attributes:
        description: The model.
        labels: The order of its columns.
        threshold: The confidence below which a person should look.
        metrics: Figures on documents left out.
        features: Digest of the features that were kept for `adapt`.
    """

    description: RuntimeDescription
    labels: tuple[str, ...]
    threshold: float
    metrics: Mapping[str, float]
    features: str = ""


def cleansed(documents: Sequence[LabelledDocument]) -> list[LabelledDocument]:
    """The documents with their text brought under the text rules."""
    return [replace(item, text=cleanse(item.text).text) for item in documents]


def present_labels(documents: Sequence[LabelledDocument], known: Sequence[str]) -> tuple[str, ...]:
    """The labels to learn, in the order of the settings.

    Raises:
        UsageError: There are fewer than two, or one has too few documents.
    """
    counts = Counter(item.label for item in documents)
    present = tuple(label for label in known if counts[label])
    scarce = [label for label in present if counts[label] < FEWEST]
    if scarce:
        raise UsageError(f"too few documents of {', '.join(scarce)}: give at least {FEWEST} of each label")
    if len(present) < FEWEST:
        raise UsageError("documents of one label only: there is nothing to tell apart; add another label")
    return present


def train_model(
    documents: Sequence[LabelledDocument], labels: tuple[str, ...], recipe: Recipe, *, report: Report
) -> Trained:
    """Learn from cleansed documents and calibrate on predictions for sources that were left out.

    Args:
        documents: At least two of each label.
        labels: The order of the columns.
        recipe: How to learn.
        report: Told what is being done.
    """
    judgement = judge(_left_out(documents, labels, recipe, report), documents, labels)
    report("fitting on all documents")
    model, features = train_and_keep(
        recipe.kernel, documents, labels, parameters=recipe.parameters, seed=recipe.seed
    )
    return Trained(judgement.calibrated(model), labels, judgement.threshold, judgement.metrics, features)


def write_package(
    directory: Path,
    trained: Trained,
    documents: Sequence[LabelledDocument],
    *,
    kernel: Kernel,
    parameters: Mapping[str, Parameter],
    name: str,
    version: str,
    golden: Sequence[str] | TextBatch,
) -> Manifest:
    """Write the package of a training run.

    Args:
        directory: Where to.
        trained: The model.
        documents: What it was trained on.
        kernel: What trained it.
        parameters: With which settings.
        name: The model's name.
        version: Empty takes the beginning of the documents' fingerprint.
        golden: Documents to predict now and whenever it is asked to prove itself. They travel with it.
    """
    provenance = Provenance(
        name=name,
        version=version,
        kernel=kernel.name,
        prep_version=PREP_VERSION,
        thresholds={label: round(trained.threshold, 4) for label in trained.labels},
        libraries=library_versions(),
        metrics=trained.metrics,
        input_kind=kernel.input_kind,
        features=trained.features,
        hyperparameters=parameters,
    )
    return write(
        directory,
        trained.description,
        labels=trained.labels,
        provenance=provenance,
        golden=golden,
        trained_on=identities([item.text for item in documents], batch_of(documents, kernel.input_kind)),
    )


def _left_out(
    documents: Sequence[LabelledDocument], labels: tuple[str, ...], recipe: Recipe, report: Report
) -> Predictions:
    rows: list[Floats] = []
    places: list[int] = []
    for number, fold in enumerate(source_folds(documents, seed=recipe.seed), start=1):
        report(f"measuring on sources left out, part {number}")
        train = [documents[place] for place in fold.train]
        batch = batch_of([documents[place] for place in fold.test], recipe.kernel.input_kind)
        rows.append(build_runtime(recipe.train(train, labels), labels).log_probabilities(batch))
        places.extend(fold.test)
    return Predictions(np.array(places), np.vstack(rows))
