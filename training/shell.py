"""The shell of the verbs: files in, files out, progress on a terminal; every decision is made elsewhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import UsageError
from mailroom.model_package import Package, load
from mailroom.model_package.runtimes import TEXT
from mailroom.model_package.writing import refuse_foreign
from mailroom.settings import load_settings
from mailroom.terminal import messages
from training.documents import LabelledDocument, ReadFile, read_documents
from training.files import text_of_file
from training.golden import golden_documents
from training.kernels import kernel_named
from training.measuring import measure
from training.run import Recipe, cleansed, present_labels, train_model, write_package
from training.waiting import Report, progress, silent

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
    with progress(silent) as report:
        known = tuple(load_settings().departments)
        documents = _documents(paths, known, report)
        trained = train_model(documents, present_labels(documents, known), recipe, report=report)
        report("writing the package")
        golden = golden_documents(kernel.input_kind)
        manifest = write_package(
            output,
            trained,
            documents,
            kernel=kernel,
            parameters=recipe.parameters,
            name=name,
            version=version,
            golden=golden,
        )
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


def evaluate_package(directory: Path, paths: Sequence[Path], scans: Sequence[Path] = ()) -> dict[str, Any]:
    """Load, read, measure; says on standard error when the documents were trained on.

    Args:
        directory: The package.
        paths: Documents with their texts.
        scans: Documents as page images; texts are read from them by OCR where the package reads texts.

    Raises:
        PackageError: The package must not be used, or reads pages and no document has one.
        UsageError: The documents cannot be read, or have a label that the package does not know.
    """
    with progress(silent) as report:
        package = load(directory)
        documents = _evaluated(package, paths, scans, report)
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


def _evaluated(
    package: Package, paths: Sequence[Path], scans: Sequence[Path], report: Report
) -> list[LabelledDocument]:
    labels = package.manifest.labels
    read_file = text_of_file if TEXT in package.reads else _unread
    documents = _documents(paths, labels, report, read_file) if paths else []
    if scans:
        report("reading scans")
        documents += cleansed(read_documents(scans, labels, read_file=read_file, scans=True))
    return documents


def _unread(path: Path) -> str:
    """No text of a file, for packages that read none: OCR takes seconds."""
    if not path.is_file():
        raise UsageError(f"{path}: cannot be read")
    return ""


def _documents(
    paths: Sequence[Path], labels: Sequence[str], report: Report, read_file: ReadFile = text_of_file
) -> list[LabelledDocument]:
    report("reading documents")
    return cleansed(read_documents(paths, labels, read_file=read_file))
