"""What two members of a blend said of sources that they had not seen, and the weight that explains it best."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import PageBatch
from mailroom.model_package.runtimes.base import Floats, log_softmax
from mailroom.model_package.runtimes.page import mixed, weights_of
from training.calibration import fit_temperature

NO_EVIDENCE = 0.5
"""The weight where no document has both letters and pages: it then counts for nothing."""


@dataclass(frozen=True)
class LeftOut:
    """Opinions on documents left out of training.

    Attributes:
        text: (documents, labels): log-probabilities.
        image: (documents, labels).
        batch: The documents.
        targets: (documents,): right columns.
        weights: (documents,): what each counts.
    """

    text: Floats
    image: Floats
    batch: PageBatch
    targets: npt.NDArray[np.int64]
    weights: Floats

    @classmethod
    def of(
        cls,
        parts: Sequence[tuple[Floats, Floats]],
        batch: PageBatch,
        targets: npt.NDArray[np.int64],
        weights: Floats,
    ) -> "LeftOut":
        """From the opinions of each fold, in the order of the batch."""
        text, image = (np.vstack(opinions) for opinions in zip(*parts, strict=True))
        return cls(text, image, batch, targets, weights)

    @property
    def temperatures(self) -> tuple[float, float]:
        """Of the text and of the image member, each fitted by itself."""
        text, image = (fit_temperature(part, self.targets, self.weights) for part in (self.text, self.image))
        return text, image

    def best_weight(self) -> float:
        """The weight of the images with the smallest weighted log loss, both members calibrated: 0 to 1."""
        from scipy.optimize import minimize_scalar  # noqa: PLC0415 - training only

        first, second = self.temperatures
        text, image = log_softmax(self.text, first), log_softmax(self.image, second)
        both = weights_of(self.batch, NO_EVIDENCE) == NO_EVIDENCE
        if not both.any():
            return NO_EVIDENCE
        rows = np.flatnonzero(both)

        def loss(weight: float) -> float:
            pooled = log_softmax(mixed(text[rows], image[rows], np.full(len(rows), weight)))
            return -float(self.weights[rows] @ pooled[np.arange(len(rows)), self.targets[rows]])

        return round(float(minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded").x), 4)
