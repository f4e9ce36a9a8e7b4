"""Golden documents of a package: generated ones, so that nothing private travels with a model."""

import json
from pathlib import Path
from typing import Literal

from mailroom.features.batch import PageBatch
from mailroom.features.pages import Pixels
from mailroom.textprep import cleanse
from training.generated import generate

COUNT = 200
SEED = 20_240_229
"""Used for nothing else, so that golden documents are hardly ever among those of a training run."""
CHARACTERS = 2_000
FORMS = ("pdf", "scan")


def golden_documents(kind: Literal["text", "image"], count: int = COUNT) -> list[str] | PageBatch:
    """Documents whose predictions a package promises.

    Args:
        kind: What the kernel reads; for images each document has its first page, drawn or scanned.
        count: How many.

    Raises:
        MailroomError: The generator failed.
    """
    file = generate(count, SEED, FORMS if kind == "image" else ())
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [cleanse(row["text"]).text[:CHARACTERS] for row in rows]
    if kind == "text":
        return texts
    return PageBatch(texts, [_first_page(file.parent / row["path"]) for row in rows])


def _first_page(path: Path) -> Pixels:
    from training.pages import pixels_of_file  # noqa: PLC0415 - texts need no imaging library

    return pixels_of_file(path)[:1]
