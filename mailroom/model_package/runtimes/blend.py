"""`blend`: the equal-weight average of its members' log-probabilities, with one temperature over it.

No weight is fitted: stacking collapses on sources it has not seen, the plain geometric mean holds up.
"""

from collections.abc import Sequence

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.model_package.runtimes.base import Floats, Runtime, log_softmax

NAME = "blend"


class Blend:
    """The runtime."""

    def __init__(self, members: Sequence[Runtime], temperature: float) -> None:
        self._members = tuple(members)
        self._temperature = temperature

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels)."""
        opinions = [member.log_probabilities(batch) for member in self._members]
        return log_softmax(np.mean(opinions, axis=0), self._temperature)
