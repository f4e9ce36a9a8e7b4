"""Labelled documents as the batch that a model of some input kind reads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from mailroom.features.batch import PageBatch, TextBatch
from mailroom.features.pages import Pixels, no_pages
from training.documents import LabelledDocument
from training.pages import pixels_of_file


def batch_of(documents: Sequence[LabelledDocument], input_kind: Literal["text", "image"]) -> TextBatch:
    """The batch for `build_runtime(…).log_probabilities`; the only place that knows which kind needs what.

    Args:
        documents: With their texts cleansed.
        input_kind: Of the kernel or the package. For `image` the pages of each document's `path` are read; a
            document without one has no pages, of which a model of images says nothing.

    Raises:
        UsageError: A document's file cannot be read.
    """
    return page_batch_of(documents) if input_kind == "image" else TextBatch([item.text for item in documents])


def page_batch_of(documents: Sequence[LabelledDocument]) -> PageBatch:
    """The batch with pages.

    Raises:
        UsageError: A document's file cannot be read.
    """
    return PageBatch([item.text for item in documents], [_pages(item) for item in documents])


def _pages(document: LabelledDocument) -> Pixels:
    return pixels_of_file(Path(document.path)) if document.path else no_pages()
