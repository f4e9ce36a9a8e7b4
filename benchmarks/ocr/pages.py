"""Pages with a known text: receipts with transcripts, PDFs with a text layer, generated scans in four languages."""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.ocr.generated import generated
from mailroom.extract.pages import render_pages

_PDF_SOURCES = ("zugferd", "contoso", "azure-samples")
_TOO_SHORT = 100


@dataclass(frozen=True, slots=True)
class Page:
    """A page image and the text that is on it."""

    image: Image.Image
    truth: str


def corpus() -> Path:
    """Where the labelled corpus is: under `MAILROOM_SHARED`, by default `../shared`."""
    return Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus"


def receipts(count: int) -> Iterator[Page]:
    """Photographed and scanned till receipts, with what a person typed from them."""
    with (corpus() / "documents.jsonl").open(encoding="utf-8") as lines:
        texts = {row["id"]: row["text"] for row in map(json.loads, lines) if row["source"] == "sroie"}
    transcribed = (row for row in _scans() if row["source"] == "sroie" and row["text_id"] in texts)
    for row in islice(transcribed, count):
        yield Page(Image.open(corpus() / row["path"]), texts[row["text_id"]])


def born_digital(count: int) -> Iterator[Page]:
    """First pages of PDFs as the mail room renders them, with their text layer in the order of its lines."""
    by_source = defaultdict(list)
    for row in _scans():
        if row["path"].endswith(".pdf"):
            by_source[row["source"]].append(corpus() / row["path"])
    in_turn = chain.from_iterable(zip_longest(*(by_source[source] for source in _PDF_SOURCES)))
    layered = ((path, truth) for path in in_turn if path and len(truth := _text_layer(path)) >= _TOO_SHORT)
    for path, truth in islice(layered, count):
        yield Page(next(iter(render_pages(path.read_bytes(), "application/pdf"))), truth)


def generated_scans(count: int) -> Iterator[Page]:
    """Generated documents in four languages, typeset, then degraded as a scanner would."""
    return (Page(image, truth) for image, truth in generated(count))


KINDS: dict[str, Callable[[int], Iterator[Page]]] = {
    "receipts": receipts,
    "born-digital": born_digital,
    "generated": generated_scans,
}


def _scans() -> list[dict[str, Any]]:
    with (corpus() / "scans.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _text_layer(path: Path) -> str:
    """The page's text line by line, left to right: PDFs store it in any order."""
    from pypdfium2 import PdfDocument  # noqa: PLC0415

    layer = PdfDocument(path)[0].get_textpage()
    boxes = [layer.get_rect(index) for index in range(layer.count_rects())]
    lines: list[list[tuple[float, float, float, float]]] = []
    for box in sorted(boxes, key=lambda box: -(box[1] + box[3])):
        first = lines[-1][0] if lines else None
        if first and first[1] < (box[1] + box[3]) / 2 < first[3]:
            lines[-1].append(box)
        else:
            lines.append([box])
    return "\n".join(" ".join(layer.get_text_bounded(*box) for box in sorted(line)) for line in lines)
