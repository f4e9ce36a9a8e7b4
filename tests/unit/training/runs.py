"""Finished runs for tests: one that was really trained, and one that is written by hand."""

import json
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.model_package import Manifest, RuntimeDescription
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.runtimes.base import log_softmax
from training.calibration import fit_temperature
from training.dataset import Dataset, write_dataset
from training.documents import LabelledDocument
from training.folds import Fold, source_folds
from training.generated import generate
from training.kernels import kernel_named
from training.record import RunRecord
from training.report.tested import tested
from training.run import Recipe, Trained, cleansed, write_package
from training.search.results import Candidate, CandidateResult, Predictions, SearchResult
from training.split import SplitPlan

INTEGRITY = {
    "status": "warn",
    "findings": [
        {"check": "schema", "outcome": "pass", "message": "every document has an id", "mend": ""},
        {
            "check": "source-share",
            "outcome": "warn",
            "message": "one source holds 72 % of <other>",
            "mend": "collect from more sources",
        },
    ],
}


def trained_run(folder: Path, *, count: int = 210) -> RunRecord:
    """A run that trained `text-linear` on generated documents, left sources out and wrote a package."""
    documents = _generated(count)
    labels = tuple(sorted({document.label for document in documents}))
    kernel = kernel_named("text-linear")
    recipe = Recipe(kernel, kernel.defaults(), 1)
    unseen = _predictions(documents, labels, recipe, source_folds(documents, seed=1))
    seen = _predictions(documents, labels, recipe, _group_folds(documents))
    dataset = write_dataset(documents, folder / "dataset")
    found = tested(unseen, dataset, labels)
    temperature = fit_temperature(unseen.log_probabilities, found.answers.targets, found.weights)
    description = recipe.train(documents, labels).with_parameters(temperature=temperature)
    unseen, seen = (_calibrated(item, temperature) for item in (unseen, seen))
    left_out = tested(unseen, dataset, labels).figures
    metrics = {
        "macro_f1": tested(seen, dataset, labels).figures["macro_f1"],
        "macro_f1_unseen_sources": left_out["macro_f1"],
        "expected_calibration_error": left_out["expected_calibration_error"],
    }
    manifest = write_package(
        folder / "package",
        Trained(description, labels, 0.6, metrics),
        documents,
        kernel=kernel,
        parameters=recipe.parameters,
        name="mailroom",
        version="",
        golden=[item.text for item in documents[:2]],
    )
    best = CandidateResult(
        Candidate("text-linear", recipe.parameters),
        "finished",
        metrics["macro_f1_unseen_sources"],
        seconds=1.5,
    )
    return _record(folder, dataset, labels, unseen, seen, best, metrics, manifest, temperature=temperature)


def written_run(
    folder: Path,
    *,
    documents: Sequence[LabelledDocument],
    unseen: Sequence[Sequence[float]],
    seen: Sequence[Sequence[float]],
    labels: tuple[str, ...],
    not_unseen: Mapping[str, str] | None = None,
) -> RunRecord:
    """A run whose probabilities are given: (documents, labels), in the order of the documents."""
    description = RuntimeDescription(
        "linear-text",
        arrays={
            "idf": np.array([1.0, 2.0, 1.0], np.float32),
            "coefficients": np.array([[4.0, -2.0], [0.0, 2.0], [-4.0, 4.0]], np.float32),
            "intercept": np.zeros(2, np.float32),
            "pairs": np.array([[0, 1]], np.int32),
        },
        texts={"vocabulary": "due\nsorry"},
    )
    metrics = {
        "macro_f1": 0.75,
        "macro_f1_unseen_sources": 0.5,
        "expected_calibration_error": 0.1,
    }
    manifest = write_package(
        folder / "package",
        Trained(description, labels, 0.6, metrics),
        documents,
        kernel=kernel_named("text-linear"),
        parameters={"tfidf_c": 3.0},
        name="small",
        version="7",
        golden=[item.text for item in documents[:2]],
    )
    best = CandidateResult(Candidate("text-linear", {"tfidf_c": 3.0}), "finished", 0.5, (0.4, 0.6), 2.0)
    places = np.arange(len(documents))
    return _record(
        folder,
        write_dataset(documents, folder / "dataset"),
        labels,
        Predictions(places, np.log(np.array(unseen))),
        Predictions(places, np.log(np.array(seen))),
        best,
        metrics,
        manifest,
        not_unseen=not_unseen or {},
    )


def _record(
    folder: Path,
    dataset: Dataset,
    labels: tuple[str, ...],
    unseen: Predictions,
    seen: Predictions,
    best: CandidateResult,
    metrics: Mapping[str, float],
    manifest: Manifest,
    *,
    not_unseen: Mapping[str, str] | None = None,
    temperature: float = 1.25,
) -> RunRecord:
    others = (
        CandidateResult(Candidate("text-linear", {"tfidf_c": 1.0}), "dropped", reason="behind after round 1"),
        CandidateResult(Candidate("own.Kernel", {}), "failed", reason="ran out of <memory>"),
    )
    without = not_unseen or {}
    return RunRecord(
        name="quarterly",
        seed=1,
        folder=folder,
        config={"name": "quarterly", "seed": 1, "split": {"folds": 3}, "sources": [{"type": "jsonl"}]},
        started_at="2026-01-02T03:04:05Z",
        seconds={"read": 1.0, "search": 3.0},
        dataset=dataset,
        labels=labels,
        integrity=INTEGRITY,
        split=SplitPlan(
            folds=(Fold((0,), (1,)),),
            final=tuple(range(len(dataset))),
            unseen=tuple(label for label in labels if label not in without),
            not_unseen=without,
        ),
        search=SearchResult((best, *others), resumed=1),
        best=best,
        unseen=unseen,
        seen=seen,
        temperature=temperature,
        threshold=0.6,
        metrics=metrics,
        package=folder / "package",
        manifest=manifest,
        environment={"python": "3.11", "scikit-learn": metadata.version("scikit-learn")},
    )


def _generated(count: int) -> list[LabelledDocument]:
    rows = map(json.loads, generate(count, 3).read_text(encoding="utf-8").splitlines())
    names = ("id", "label", "text", "source", "group")
    return cleansed([LabelledDocument(**{name: row[name] for name in names}) for row in rows])


def _group_folds(documents: Sequence[LabelledDocument]) -> list[Fold]:
    groups = sorted({document.group for document in documents})
    number = {group: place % 3 for place, group in enumerate(groups)}
    sides = [[number[document.group] == fold for document in documents] for fold in range(3)]
    return [Fold(tuple(np.flatnonzero(~np.array(s))), tuple(np.flatnonzero(s))) for s in sides]


def _predictions(
    documents: Sequence[LabelledDocument], labels: tuple[str, ...], recipe: Recipe, folds: Sequence[Fold]
) -> Predictions:
    rows = []
    for fold in folds:
        description = recipe.train([documents[place] for place in fold.train], labels)
        batch = TextBatch([documents[place].text for place in fold.test])
        rows.append(build_runtime(description, labels).log_probabilities(batch))
    return Predictions(np.concatenate([fold.test for fold in folds]), np.vstack(rows))


def _calibrated(predictions: Predictions, temperature: float) -> Predictions:
    return Predictions(predictions.places, log_softmax(predictions.log_probabilities, temperature))
