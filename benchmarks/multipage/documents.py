"""Labelled texts, cut into pages at the ends of their lines."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailroom.textprep import cleanse
from training.documents import LabelledDocument

MOST_PAGES = 10
"""As many as OCR reads."""


@dataclass(frozen=True, slots=True)
class Paged:
    """A document and its pages."""

    document: LabelledDocument
    pages: tuple[str, ...]


def paged(file: Path | None, characters: int) -> list[Paged]:
    """The documents of a file that have two pages or more."""
    corpus = Path(os.environ.get("MAILROOM_SHARED") or "../shared") / "corpus" / "documents.jsonl"
    with (file or corpus).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    cut = (_paged(row["id"], row["label"], row["source"], row["text"], characters) for row in rows)
    return [item for item in cut if len(item.pages) > 1]


def _paged(identifier: str, label: str, source: str, text: str, characters: int) -> Paged:
    clean = cleanse(text).text
    pages = [page for page in _pages(clean, characters) if page.strip()]
    return Paged(LabelledDocument(identifier, label, clean, source=source), tuple(pages[:MOST_PAGES]))


def _pages(text: str, characters: int) -> Iterator[str]:
    page = ""
    for line in text.splitlines(keepends=True):
        if page and len(page) + len(line) > characters:
            yield page
            page = ""
        page += line
        while len(page) > characters:  # a line longer than a page
            yield page[:characters]
            page = page[characters:]
    yield page
