"""Models that look at single pages, asked about documents.

A document's answer is the mean of its pages' log-probabilities, made to sum to 1 again: no page is favoured, and a page
that says little hardly moves the sum. The page that decided is the one that was surest of the label that came out.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import PageBatch, TextBatch
from mailroom.features.pages import SUPPORTED_PAGES_VERSIONS, Pixels
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageUnsupported, WrongInput
from mailroom.model_package.runtimes.base import Floats, Runtime, log_softmax

PAGES = "pages"
"""The feature that models of images read, and what `reads` calls it."""
AT_ONCE = 32
"""Pages in one call: bounds the memory of the inner layers."""

Network = Callable[[npt.NDArray[np.float32]], Floats]
"""Pages (pages, HEIGHT, WIDTH, 1), 0 for paper and 1 for ink, to scores (pages, labels)."""


@runtime_checkable
class PageReader(Runtime, Protocol):
    """A runtime that can say what single pages looked like."""

    def page_log_probabilities(self, batch: TextBatch) -> Floats:
        """(pages of all documents, labels)."""


class PooledPages:
    """A network over pages as a runtime over documents."""

    def __init__(self, network: Network, labels: int, temperature: float) -> None:
        self._network = network
        self._labels = labels
        self._temperature = temperature

    def page_log_probabilities(self, batch: TextBatch) -> Floats:
        """(pages of all documents, labels), before the calibration of whole documents."""
        pixels = with_pages(batch).pixels
        parts = [
            self._network(ink(pixels[start : start + AT_ONCE])) for start in range(0, len(pixels), AT_ONCE)
        ]
        return log_softmax(np.vstack(parts)) if parts else np.zeros((0, self._labels))

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels); of a document without pages every label is as likely."""
        return log_softmax(pooled(self.page_log_probabilities(batch), with_pages(batch)), self._temperature)


def pooled(opinions: Floats, batch: PageBatch) -> Floats:
    """The mean over the pages of each document: (documents, labels); zeros where there is no page."""
    sums = np.zeros((len(batch), opinions.shape[1]))
    np.add.at(sums, batch.owners, opinions)
    counts = np.bincount(batch.owners, minlength=len(batch))
    return np.asarray(sums / np.maximum(counts, 1)[:, None])


def deciding_page(opinions: Floats) -> int:
    """The place of the page that was surest of the label that all of a document's pages gave: (pages, labels) → int."""
    return int(opinions[:, opinions.mean(axis=0).argmax()].argmax())


def ink(pixels: Pixels) -> npt.NDArray[np.float32]:
    """Pages as a network takes them: (pages, HEIGHT, WIDTH, 1), 0 for paper and 1 for ink."""
    return (1.0 - pixels[..., None].astype(np.float32) / 255.0).astype(np.float32)


def with_pages(batch: TextBatch) -> PageBatch:
    """The batch, if it has pages.

    Raises:
        WrongInput: It has texts alone.
    """
    if not isinstance(batch, PageBatch):
        raise WrongInput("this model reads page images and was given texts: give it scans (--scans)")
    return batch


def require_pages_version(description: RuntimeDescription) -> None:
    """Refuse a network that learnt on pages that this version does not know how to make.

    Raises:
        PackageUnsupported: It did.
    """
    found = description.parameters.get("pages_version")
    if found not in SUPPORTED_PAGES_VERSIONS:
        known = ", ".join(map(str, SUPPORTED_PAGES_VERSIONS))
        raise PackageUnsupported(
            f"{description.runtime}: page rules {found!r}, known here: {known}: train again"
        )
