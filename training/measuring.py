"""Every figure of a package on labelled documents."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mailroom.features.batch import PageBatch
from mailroom.model_package import Package, WrongInput
from mailroom.model_package.fingerprints import fingerprints, identities, seen
from mailroom.model_package.runtimes.base import Floats
from training.documents import LabelledDocument
from training.evaluation import Answers, figures
from training.kernels.batches import batch_of

BLOCK = 256
"""Documents whose pages are in memory at once."""


def measure(package: Package, documents: Sequence[LabelledDocument]) -> dict[str, Any]:
    """Every figure of a package on cleansed documents.

    Raises:
        WrongInput: The package reads pages, and no document has any.
    """
    labels = package.manifest.labels
    rows, known, pages = zip(*_blocks(package, documents), strict=True)
    if package.manifest.input_kind == "image" and not sum(pages):
        raise WrongInput(
            f"package {package.manifest.name} reads page images, and no document has a page: "
            "give PDF files or images (--scans FILE, each line with a `path`)"
        )
    targets = np.array([labels.index(item.label) for item in documents])
    answers = Answers(labels, np.vstack(rows), targets)
    limits = np.array([package.manifest.threshold(label) for label in labels])
    return {
        **figures(answers),
        "review_share": float((answers.confidence < limits[answers.predicted]).mean()),
        "seen_in_training": sum(known),
        "package": {
            "name": package.manifest.name,
            "version": package.manifest.version,
            "digest": package.manifest.digest,
        },
    }


def _blocks(package: Package, documents: Sequence[LabelledDocument]) -> Iterator[tuple[Floats, int, int]]:
    """Predictions, how many of the documents were trained on, and how many pages they have."""
    for start in range(0, len(documents), BLOCK):
        block = documents[start : start + BLOCK]
        batch = batch_of(block, package.manifest.input_kind)
        known = seen(fingerprints(identities([item.text for item in block], batch)), package.fingerprints)
        if isinstance(batch, PageBatch):
            yield package.predict_pages(batch), int(known.sum()), len(batch.pixels)
        else:
            yield package.predict(batch.texts), int(known.sum()), 0
