"""The shell of the verbs: files in, files out, progress on a terminal; every decision is made elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from mailroom.model_package import Package, load
from mailroom.model_package.fingerprints import fingerprints, seen
from mailroom.model_package.writing import refuse_foreign
from mailroom.settings import load_settings
from mailroom.terminal import messages
from training.documents import LabelledDocument, read_documents
from training.evaluation import Answers, figures
from training.files import text_of_file
from training.kernels import kernel_named
from training.run import Recipe, Report, cleansed, present_labels, train_model, write_package

MOSTLY_SEEN = 0.5


def train_package(
    paths: Sequence[Path],
    output: Path,
    *,
    kernel_name: str,
    seed: int,
    name: str,
    version: str,
    word_lists: Path | None = None,
) -> dict[str, Any]:
    """Read, train, write.

    Raises:
        UsageError: The call cannot be right: no such kernel, no such documents, a foreign folder at `output`.
    """
    kernel = kernel_named(kernel_name, word_lists=word_lists)
    recipe = Recipe(kernel, kernel.defaults(), seed)
    refuse_foreign(output)
    with _progress() as report:
        known = tuple(load_settings().departments)
        documents = _documents(paths, known, report)
        trained = train_model(documents, present_labels(documents, known), recipe, report=report)
        report("writing the package")
        manifest = write_package(output, trained, documents, kernel=kernel, name=name, version=version)
    return {
        "package": str(output),
        "name": manifest.name,
        "version": manifest.version,
        "digest": manifest.digest,
        "kernel": manifest.kernel,
        "labels": list(manifest.labels),
        "documents": len(documents),
        "thresholds": manifest.thresholds,
        "metrics": manifest.metrics,
    }


def evaluate_package(directory: Path, paths: Sequence[Path]) -> dict[str, Any]:
    """Load, read, measure; says on standard error when the documents were trained on.

    Raises:
        PackageError: The package must not be used.
        UsageError: The documents cannot be read, or have a label that the package does not know.
    """
    with _progress() as report:
        package = load(directory)
        documents = _documents(paths, package.manifest.labels, report)
        report(f"predicting {len(documents)} documents")
        result = measure(package, documents)
    if result["seen_in_training"] > MOSTLY_SEEN * len(documents):
        messages().print(
            f"{result['seen_in_training']} of {len(documents)} documents were trained on: these figures say how well "
            "they were learnt, not how well the model will do. Give documents it has not seen.",
            style="yellow",
            highlight=False,
            soft_wrap=True,
        )
    return result


def measure(package: Package, documents: Sequence[LabelledDocument]) -> dict[str, Any]:
    """Every figure of a package on cleansed documents."""
    labels = package.manifest.labels
    texts = [item.text for item in documents]
    targets = np.array([labels.index(item.label) for item in documents])
    answers = Answers(labels, package.predict(texts), targets)
    limits = np.array([package.manifest.threshold(label) for label in labels])
    return {
        **figures(answers),
        "review_share": float((answers.confidence < limits[answers.predicted]).mean()),
        "seen_in_training": int(seen(fingerprints(texts), package.fingerprints).sum()),
        "package": {
            "name": package.manifest.name,
            "version": package.manifest.version,
            "digest": package.manifest.digest,
        },
    }


def _documents(paths: Sequence[Path], labels: Sequence[str], report: Report) -> list[LabelledDocument]:
    report("reading documents")
    return cleansed(read_documents(paths, labels, read_file=text_of_file))


@contextmanager
def _progress() -> Iterator[Report]:
    console = messages()
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("starting") as status:
        yield status.update
