"""Golden documents: what a package predicted when it was written, to be predicted again wherever it is loaded."""

import base64
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mailroom.features.batch import PageBatch, TextBatch
from mailroom.features.pages import HEIGHT, WIDTH, Pixels, no_pages
from mailroom.model_package.errors import PackageIncomplete

TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class GoldenDocument:
    """A document and its probabilities, in the order of the labels.

    Attributes:
        text: Its text.
        probabilities: (labels,).
        pages: Its pages as the model sees them: (pages, HEIGHT, WIDTH); none for a model of texts.
    """

    text: str
    probabilities: tuple[float, ...]
    pages: Pixels = field(default_factory=no_pages)


def golden_batch(documents: Sequence[GoldenDocument], *, paged: bool) -> TextBatch:
    """The documents as the batch that a model of texts, or of pages, reads."""
    texts = [item.text for item in documents]
    return PageBatch(texts, [item.pages for item in documents]) if paged else TextBatch(texts)


def golden_documents(batch: TextBatch, probabilities: Sequence[Sequence[float]]) -> list[GoldenDocument]:
    """What a model said of a batch."""
    pages = batch.pages if isinstance(batch, PageBatch) else [no_pages()] * len(batch)
    rows = zip(batch.texts, probabilities, pages, strict=True)
    return [GoldenDocument(text, tuple(map(float, row)), pixels) for text, row, pixels in rows]


def to_lines(documents: Iterable[GoldenDocument], labels: Sequence[str]) -> bytes:
    """The content of `golden.jsonl`."""
    rows = (_row(item, labels) for item in documents)
    return "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows).encode()


def from_lines(content: bytes, labels: Sequence[str]) -> tuple[GoldenDocument, ...]:
    """Read `golden.jsonl`.

    Raises:
        PackageIncomplete: A line is not a document with a score for every label, or a page is no page.
    """
    try:
        return tuple(_document(json.loads(line), labels) for line in content.decode().splitlines())
    except (
        ValueError,
        KeyError,
        TypeError,
        OSError,
        SyntaxError,
    ) as error:  # Pillow's decoders raise the latter two
        raise PackageIncomplete(f"golden.jsonl cannot be read ({error}): write the package again") from error


def _row(item: GoldenDocument, labels: Sequence[str]) -> dict[str, Any]:
    row = {"text": item.text, "scores": dict(zip(labels, item.probabilities, strict=True))}
    return row | {"pages": [_to_png(page) for page in item.pages]} if len(item.pages) else row


def _document(row: Mapping[str, Any], labels: Sequence[str]) -> GoldenDocument:
    scores = tuple(float(row["scores"][label]) for label in labels)
    pages = [_from_png(page) for page in row.get("pages", ())]
    return GoldenDocument(str(row["text"]), scores, np.stack(pages) if pages else no_pages())


def _to_png(page: Pixels) -> str:
    from PIL import Image  # noqa: PLC0415 - packages of texts need no imaging library

    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def _from_png(encoded: str) -> Pixels:
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO(base64.b64decode(encoded, validate=True)), formats=["PNG"]) as picture:
        if picture.size != (WIDTH, HEIGHT) or picture.mode != "L":
            raise ValueError(f"a page of {picture.size} in mode {picture.mode}")
        return np.asarray(picture, dtype=np.uint8)
