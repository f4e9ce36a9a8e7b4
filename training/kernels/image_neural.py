"""`image-neural`: a small convolutional network on page images; learnt page by page, asked document by document."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import PageBatch
from mailroom.features.pages import PAGES_VERSION
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import onnx
from mailroom.model_package.runtimes.base import Floats
from mailroom.model_package.runtimes.pooling import PAGES
from training.documents import LabelledDocument
from training.kernels.base import Kernel, SearchSpace
from training.kernels.batches import page_batch_of
from training.kernels.image_network import Fit, fit_network
from training.kernels.refusing import require_every_label
from training.kernels.tensorflow import keras_session, to_onnx
from training.weights import balanced_weights


class ImageNeural(Kernel):
    """Keras on this machine's processor; a thousand pages take a minute or two on two cores."""

    name: ClassVar[str] = "image-neural"
    input_kind: ClassVar[Literal["text", "image"]] = "image"

    def get_parameters(self) -> SearchSpace:
        """How long, how fast and how carefully to learn."""
        return {"epochs": [16, 8, 32], "learning_rate": [3e-3, 1e-3], "dropout": [0.4, 0.2]}

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """Fit on every page; a document's pages share its weight. Documents without pages are left out.

        Raises:
            UsageError: A label has no page, or a document's file cannot be read.
        """
        require_every_label(documents, labels)
        batch = page_batch_of(documents)
        paged = [place for place, pages in enumerate(batch.pages) if len(pages)]
        require_pages([documents[place] for place in paged], labels)
        weights = np.zeros(len(documents))
        weights[paged] = balanced_weights([documents[place] for place in paged])
        targets = np.array([labels.index(item.label) for item in documents])
        fit = Fit(
            epochs=int(parameters["epochs"]),
            learning_rate=float(parameters["learning_rate"]),
            dropout=float(parameters["dropout"]),
            seed=seed,
        )
        with keras_session(seed) as keras:
            network = fit_network(
                keras,
                batch.pixels,
                targets[batch.owners],
                _shared(weights, batch),
                labels=len(labels),
                fit=fit,
            )
            graph = to_onnx(network)
        return RuntimeDescription(
            onnx.NAME, {"features": PAGES, "pages_version": PAGES_VERSION}, graphs={onnx.GRAPH: graph}
        )


def _shared(weights: Floats, batch: PageBatch) -> Floats:
    """What each page counts, on average 1: (pages,)."""
    counts = np.bincount(batch.owners, minlength=len(batch))
    shares = (weights / np.maximum(counts, 1))[batch.owners]
    return np.asarray(shares / shares.mean())


def require_pages(documents: Sequence[LabelledDocument], labels: Sequence[str]) -> None:
    """Refuse labels that no document with pages has.

    Raises:
        UsageError: There is one.
    """
    without = [label for label in labels if label not in {item.label for item in documents}]
    if without:
        raise UsageError(
            f"{ImageNeural.name}: no page images of {', '.join(without)}: give documents whose `path` is a PDF or an "
            "image, such as generated scans (mailroom samples --forms scan)"
        )
