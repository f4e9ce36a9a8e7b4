"""A training run on one machine: cleanse, left-out predictions, calibration, final fit, package."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package import Manifest, Provenance, RuntimeDescription, write
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import build_runtime
from mailroom.textprep import PREP_VERSION, cleanse
from training.calibration import fit_temperature, review_threshold, thresholds_for
from training.documents import LabelledDocument
from training.evaluation import Answers, figures
from training.folds import source_folds
from training.kernels import Kernel
from training.weights import balanced_weights

Floats = npt.NDArray[np.float64]
Report = Callable[[str], None]

LIBRARIES = ("numpy", "scipy", "scikit-learn", "ahocorasick-rs")
FEWEST = 2
"""Documents a label needs: one to learn from, one to be measured on."""
GOLDEN_PER_LABEL = 3
GOLDEN_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Trained:
    """A calibrated model and what is known of it."""

    description: RuntimeDescription
    labels: tuple[str, ...]
    threshold: float
    metrics: Mapping[str, float]


def cleansed(documents: Sequence[LabelledDocument]) -> list[LabelledDocument]:
    """The documents with their text brought under the text rules."""
    return [replace(item, text=cleanse(item.text).text) for item in documents]


def present_labels(documents: Sequence[LabelledDocument], known: Sequence[str]) -> tuple[str, ...]:
    """The labels to learn, in the order of the settings.

    Raises:
        UsageError: There are fewer than two, or one has too few documents.
    """
    counts = {label: sum(item.label == label for item in documents) for label in known}
    scarce = [label for label, count in counts.items() if 0 < count < FEWEST]
    present = tuple(label for label, count in counts.items() if count)
    if scarce:
        raise UsageError(f"too few documents of {', '.join(scarce)}: give at least {FEWEST} of each label")
    if len(present) < FEWEST:
        raise UsageError("documents of one label only: there is nothing to tell apart; add another label")
    return present


def train_model(
    documents: Sequence[LabelledDocument],
    labels: tuple[str, ...],
    kernel: Kernel,
    *,
    parameters: Mapping[str, Parameter],
    seed: int,
    report: Report,
) -> Trained:
    """Learn from cleansed documents and calibrate on predictions for sources that were left out."""
    answers, places = _left_out(documents, labels, kernel, parameters, seed, report)
    weights = balanced_weights([documents[place] for place in places])
    temperature = fit_temperature(np.log(answers.probabilities + 1e-300), answers.targets, weights)
    report("fitting on all documents")
    description = kernel.train(documents, labels, parameters=parameters, seed=seed)
    calibrated = description.with_parameters(temperature=temperature)
    sharpened = _tempered(answers, temperature)
    threshold = review_threshold(sharpened.confidence, sharpened.correct, weights)
    return Trained(calibrated, labels, threshold, _metrics(sharpened, weights, temperature))


def write_package(
    directory: Path,
    trained: Trained,
    documents: Sequence[LabelledDocument],
    *,
    kernel: Kernel,
    name: str,
    version_name: str,
) -> Manifest:
    """Write the package of a training run."""
    provenance = Provenance(
        name=name,
        version=version_name,
        kernel=kernel.name,
        prep_version=PREP_VERSION,
        thresholds=thresholds_for(trained.labels, trained.threshold),
        libraries={library: version(library) for library in LIBRARIES},
        metrics=trained.metrics,
        input_kind=kernel.input_kind,
    )
    return write(
        directory,
        trained.description,
        labels=trained.labels,
        provenance=provenance,
        golden=_golden(documents, trained.labels),
        trained_on=[item.text for item in documents],
    )


def _left_out(
    documents: Sequence[LabelledDocument],
    labels: tuple[str, ...],
    kernel: Kernel,
    parameters: Mapping[str, Parameter],
    seed: int,
    report: Report,
) -> tuple[Answers, list[int]]:
    rows: list[Floats] = []
    places: list[int] = []
    for number, fold in enumerate(source_folds(documents, seed=seed), start=1):
        known = [documents[place] for place in fold.train]
        if not fold.test or {item.label for item in known} != set(labels):
            continue
        report(f"measuring on sources left out, part {number}")
        description = kernel.train(known, labels, parameters=parameters, seed=seed)
        batch = TextBatch([documents[place].text for place in fold.test])
        rows.append(np.exp(build_runtime(description, labels).log_probabilities(batch)))
        places.extend(fold.test)
    if not places:
        raise UsageError("too few groups of documents to measure on any: give more documents of each label")
    targets = np.array([labels.index(documents[place].label) for place in places])
    return Answers(labels, np.vstack(rows), targets), places


def _tempered(answers: Answers, temperature: float) -> Answers:
    from mailroom.model_package.runtimes.base import log_softmax

    return replace(
        answers, probabilities=np.exp(log_softmax(np.log(answers.probabilities + 1e-300), temperature))
    )


def _metrics(answers: Answers, weights: Floats, temperature: float) -> dict[str, float]:
    found = figures(answers, weights=weights)
    caught = found["errors_caught"]["0.2"]
    return {
        "left_out_macro_f1": found["macro_f1"],
        "left_out_expected_calibration_error": found["expected_calibration_error"],
        "left_out_errors_caught_at_20_percent": caught,
        "left_out_documents": float(found["documents"]),
        "temperature": temperature,
    }


def _golden(documents: Sequence[LabelledDocument], labels: Sequence[str]) -> list[str]:
    texts = []
    for label in labels:
        of_label = [item.text for item in documents if item.label == label]
        texts.extend(
            text[:GOLDEN_CHARACTERS]
            for text in of_label[:: max(1, len(of_label) // GOLDEN_PER_LABEL)][:GOLDEN_PER_LABEL]
        )
    return texts
