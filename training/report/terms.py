"""Which words decide: read from the arrays of a package, for the models whose arrays can be read so."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import TextBatch
from mailroom.features.matcher import PLACES
from mailroom.features.structure import structure_names
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.golden import from_lines
from mailroom.model_package.manifest import GOLDEN, MANIFEST, read_manifest
from mailroom.model_package.runtimes import lexicon, linear_text
from mailroom.model_package.storage import unpack

NOT_READABLE = "its arrays do not say which words decide"
Floats = npt.NDArray[np.float64]
Named = tuple[Sequence[str], Floats]
"""Names of features, and how much each speaks for each label: (features, labels)."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """The features of one member that speak loudest for each label.

    Attributes:
        member: Which model of the package, for a reader.
        measure: What the numbers are.
        terms: Per label, features and their weights, the heaviest first; empty where the model cannot be read so.
    """

    member: str
    measure: str
    terms: dict[str, tuple[tuple[str, float], ...]]


def deciding(package: Path, count: int) -> tuple[Deciding, ...]:
    """The deciding features of every member of a package.

    Args:
        package: Its folder.
        count: Features per label.
    """
    manifest = read_manifest((package / MANIFEST).read_bytes())
    files = {name: (package / name).read_bytes() for name in manifest.files}
    description, labels = unpack(files)
    golden = [document.text for document in from_lines(files[GOLDEN], labels)]
    return deciding_in(description, labels, count, TextBatch(golden))


def deciding_in(
    description: RuntimeDescription, labels: Sequence[str], count: int, documents: TextBatch
) -> tuple[Deciding, ...]:
    """The same of a description.

    A weight is taken against its mean over the labels: a linear layer under a softmax is only known up to that.

    Args:
        description: The model.
        labels: The order of its columns.
        count: Features per label.
        documents: Any that are like those it will read: they tell how far features of different units spread.
    """
    return tuple(_deciding(member, path, labels, count, documents) for path, member in _members(description))


def _members(description: RuntimeDescription, path: str = "") -> Iterator[tuple[str, RuntimeDescription]]:
    """Models without members, each with its path of numbers: `2.1. linear-text`."""
    if not description.members:
        layer = description.parameters.get("layer")
        name = f"{description.runtime} ({layer})" if layer else description.runtime
        yield f"{path} {name}".strip(), description
    for number, member in enumerate(description.members, start=1):
        yield from _members(member, f"{path}{number}.")


def _deciding(
    description: RuntimeDescription, path: str, labels: Sequence[str], count: int, documents: TextBatch
) -> Deciding:
    read = _READERS.get(description.runtime)
    if read is None or "coefficients" not in description.arrays:
        return Deciding(path, NOT_READABLE, {})
    names, weights = read(description, documents)
    if len(names) != len(weights):  # features that have no name here
        return Deciding(path, NOT_READABLE, {})
    weights = weights - weights.mean(axis=1, keepdims=True)
    tops = np.argsort(-weights, axis=0, kind="stable")[:count]
    terms = {
        label: tuple(
            (names[row], float(weights[row, column])) for row in tops[:, column] if weights[row, column] > 0
        )
        for column, label in enumerate(labels)
    }
    return Deciding(path, _MEASURES[description.runtime], terms)


def _linear_text(description: RuntimeDescription, _: TextBatch) -> Named:
    words = description.texts["vocabulary"].split("\n")
    pairs = [f"{words[first]} {second}" for first, second in _pairs(description, words)]
    idf = np.asarray(description.arrays["idf"], dtype=np.float64)
    return [*words, *pairs], np.asarray(description.arrays["coefficients"], dtype=np.float64) * idf[:, None]


def _pairs(description: RuntimeDescription, words: Sequence[str]) -> Iterator[tuple[int, str]]:
    for first, second in np.asarray(description.arrays["pairs"]).tolist():
        yield first, words[second]


def _lexicon(description: RuntimeDescription, documents: TextBatch) -> Named:
    matcher = lexicon.matcher_of(description)
    told = [f"{label}: {place}" for label in matcher.labels for place in PLACES]
    names = [*told, *structure_names(matcher.cues)]
    coefficients = np.asarray(description.arrays["coefficients"], dtype=np.float64)
    if not len(documents) or len(names) != len(coefficients):
        return names, coefficients
    return names, coefficients * documents.described(matcher).std(axis=0)[:, None]


_READERS: dict[str, Callable[[RuntimeDescription, TextBatch], Named]] = {
    linear_text.NAME: _linear_text,
    lexicon.NAME: _lexicon,
}
_MEASURES = {
    linear_text.NAME: "coefficient times inverse document frequency: what a first occurrence adds to a short text",
    lexicon.NAME: "coefficient times spread over the golden documents: what a usual difference of the feature adds",
}
