"""The contract of a runtime: a batch of texts in, log-probabilities out. Needs numpy and scipy, no trainer."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import TextBatch
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete

Floats = npt.NDArray[np.float64]


class Runtime(Protocol):
    """A model that can be asked."""

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels), each row the log of probabilities that sum to 1."""


Build = Callable[[RuntimeDescription, Sequence[str]], Runtime]


def log_softmax(scores: Floats, temperature: float = 1.0) -> Floats:
    """Scores to log-probabilities, row by row; a temperature above 1 makes them more doubtful."""
    scaled = scores / temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    return np.asarray(scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True)), dtype=np.float64)


def temperature_of(description: RuntimeDescription) -> float:
    """The calibration temperature; 1 where none was set.

    Raises:
        PackageIncomplete: It is not a positive number.
    """
    value = description.parameters.get("temperature", 1.0)
    if isinstance(value, str) or not 0 < value < float("inf"):
        raise PackageIncomplete(
            f"{description.runtime}: temperature {value!r} is no positive number: retrain"
        )
    return float(value)


def array_of(description: RuntimeDescription, name: str, *shape: int) -> Floats:
    """An array of the description, checked.

    Raises:
        PackageIncomplete: It is missing, has another shape than the labels and vocabulary ask for, or is not finite.
    """
    array = description.arrays.get(name)
    if array is None or array.shape != shape or not np.issubdtype(array.dtype, np.floating):
        found = "missing" if array is None else f"{array.dtype} {array.shape}"
        raise PackageIncomplete(
            f"{description.runtime}: {name} is {found}, needed float {shape}: train it again"
        )
    if not np.isfinite(array).all():
        raise PackageIncomplete(
            f"{description.runtime}: {name} holds values that are not finite: train it again"
        )
    return np.asarray(array)


def text_of(description: RuntimeDescription, name: str) -> str:
    """A text of the description.

    Raises:
        PackageIncomplete: It is missing.
    """
    if name not in description.texts:
        raise PackageIncomplete(f"{description.runtime}: {name} is missing: train it again")
    return description.texts[name]
