"""Golden documents: what a package predicted when it was written, to be predicted again wherever it is loaded."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailroom.model_package.errors import PackageIncomplete

TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class GoldenDocument:
    """A text and its probabilities, in the order of the labels."""

    text: str
    probabilities: tuple[float, ...]


def to_lines(documents: Iterable[GoldenDocument], labels: Sequence[str]) -> bytes:
    """The content of `golden.jsonl`."""
    rows = (
        {"text": item.text, "scores": dict(zip(labels, item.probabilities, strict=True))}
        for item in documents
    )
    return "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows).encode()


def from_lines(content: bytes, labels: Sequence[str]) -> tuple[GoldenDocument, ...]:
    """Read `golden.jsonl`.

    Raises:
        PackageIncomplete: A line is not a document with a score for every label.
    """
    try:
        return tuple(_document(json.loads(line), labels) for line in content.decode().splitlines())
    except (ValueError, KeyError, TypeError) as error:
        raise PackageIncomplete(f"golden.jsonl cannot be read ({error}): write the package again") from error


def _document(row: Mapping[str, Any], labels: Sequence[str]) -> GoldenDocument:
    return GoldenDocument(str(row["text"]), tuple(float(row["scores"][label]) for label in labels))
