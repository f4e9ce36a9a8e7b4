"""`page`: a model of the text and a model of the page images, their log-probabilities mixed by one learnt weight.

A document of which only one is there (a mail has no pages, a photograph no letters) is left to the model that reads it.
"""

import numpy as np

from mailroom.features.batch import PageBatch, TextBatch
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete
from mailroom.model_package.runtimes.base import Floats, Runtime, log_softmax
from mailroom.model_package.runtimes.pooling import PageReader, with_pages

NAME = "page"
WEIGHT = "image_weight"


class Page:
    """The runtime.

    Args:
        text: Reads the text.
        image: Reads the page images.
        weight: What the images count, 0 to 1; the text counts the rest.
        temperature: Of the mixture.
    """

    def __init__(self, text: Runtime, image: PageReader, weight: float, temperature: float) -> None:
        self._text, self._image = text, image
        self._weight = weight
        self._temperature = temperature

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels)."""
        pages = with_pages(batch)
        says = (self._text.log_probabilities(pages), self._image.log_probabilities(pages))
        return log_softmax(mixed(*says, weights_of(pages, self._weight)), self._temperature)

    def page_log_probabilities(self, batch: TextBatch) -> Floats:
        """(pages of all documents, labels): what the model of images said of each page."""
        return self._image.page_log_probabilities(batch)


def mixed(text: Floats, image: Floats, weights: Floats) -> Floats:
    """The weighted mean of two opinions: (documents, labels), to be made to sum to 1."""
    return text + weights[:, None] * (image - text)


def weights_of(batch: PageBatch, weight: float) -> Floats:
    """What the images of each document count: all without text, nothing without pages: (documents,)."""
    lettered = np.array([bool(text.strip()) for text in batch.texts], dtype=bool)
    paged = np.array([len(pages) > 0 for pages in batch.pages], dtype=bool)
    weights = np.full(len(batch), weight)
    weights[~lettered & paged] = 1.0
    weights[~paged] = 0.0
    return weights


def weight_of(description: RuntimeDescription) -> float:
    """The weight of the images.

    Raises:
        PackageIncomplete: It is not a number from 0 to 1.
    """
    value = description.parameters.get(WEIGHT)
    if isinstance(value, str | bool) or value is None or not 0 <= value <= 1:
        raise PackageIncomplete(f"{NAME}: {WEIGHT} {value!r} is no number from 0 to 1: train it again")
    return float(value)
