"""The documents that contenders are judged on: as they came, never cleansed by whoever judges."""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mailroom.model_package import Package
from mailroom.model_package.fingerprints import fingerprints, identities, seen
from mailroom.textprep import cleanse
from training.documents import LabelledDocument, read_documents
from training.files import text_of_file
from training.gate.answers import Flags
from training.gate.asking import Question, question_of
from training.kernels.batches import batch_of

BLOCK = 256
"""Documents whose pages are in memory at once."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Labelled documents.

    Attributes:
        documents: With their texts, raw.
        questions: What a door is sent of each.
        files: Where they came from.
    """

    documents: tuple[LabelledDocument, ...]
    questions: tuple[Question, ...]
    files: tuple[Path, ...]

    def of(self, chosen: Flags) -> "Judged":
        """Some of them."""
        places = np.flatnonzero(chosen)
        return Judged(
            tuple(self.documents[place] for place in places),
            tuple(self.questions[place] for place in places),
            self.files,
        )

    def told(self) -> dict[str, Any]:
        """What the verdict says of them; no text, and no id."""
        return {
            "count": len(self.documents),
            "per_class": dict(sorted(Counter(item.label for item in self.documents).items())),
            "sha256": {str(path): _digest(path) for path in self.files if path.is_file()},
        }


def read(paths: Sequence[Path], labels: Collection[str]) -> Judged:
    """Read the documents; one with a `path` is that file, any other its text.

    Args:
        paths: JSON Lines files, or folders with a folder per label.
        labels: Those that either package knows.

    Raises:
        UsageError: They cannot be read, or have a label that nobody knows.
    """
    documents = read_documents(paths, labels, read_file=text_of_file)
    return Judged(tuple(documents), tuple(map(question_of, documents)), tuple(paths))


def seen_by(package: Package, judged: Judged) -> Flags:
    """(documents,): which of them a package learnt from, by their fingerprints under its text rules.

    Raises:
        UsageError: A document's file cannot be read.
    """
    rules = package.manifest.prep_version
    flags = [np.zeros(0, dtype=bool)]
    for start in range(0, len(judged.documents), BLOCK):
        block = judged.documents[start : start + BLOCK]
        clean = [replace(item, text=cleanse(item.text, version=rules).text) for item in block]
        batch = batch_of(clean, package.manifest.input_kind)
        known = fingerprints(identities([item.text for item in clean], batch))
        flags.append(seen(known, package.fingerprints))
    return np.concatenate(flags)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
