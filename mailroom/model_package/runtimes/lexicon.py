"""`lexicon`: word lists, either as a vote with fixed weights or, with structure beside them, under a linear layer."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.features.lexicon import Lexicon
from mailroom.features.matcher import Matcher
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete
from mailroom.model_package.runtimes.base import Floats, array_of, log_softmax, temperature_of, text_of

NAME = "lexicon"
VOTES = np.array([2.5, 1.5, 1.0, 1.5, 0.75])
"""What a phrase in each of `mailroom.features.matcher.PLACES` counts; set by hand, never fitted."""


class Vote:
    """The word lists alone: each class gets the damped, weighted count of its phrases."""

    def __init__(self, description: RuntimeDescription, labels: Sequence[str]) -> None:
        self._matcher = matcher_of(description)
        self._columns = [
            self._matcher.labels.index(label) for label in labels if label in self._matcher.labels
        ]
        self._places = [place for place, label in enumerate(labels) if label in self._matcher.labels]
        self._labels = len(labels)
        self._temperature = temperature_of(description)

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels); a label without a word list gets no vote."""
        votes = np.log1p(batch.evidence(self._matcher).distinct) @ VOTES
        scores = np.zeros((len(batch), self._labels))
        scores[:, self._places] = votes[:, self._columns]
        return log_softmax(scores, self._temperature)


class LinearLexicon:
    """Word lists and structure under a linear layer."""

    def __init__(self, description: RuntimeDescription, labels: Sequence[str]) -> None:
        self._matcher = matcher_of(description)
        features = TextBatch([""]).described(self._matcher).shape[1]
        self._coefficients = array_of(description, "coefficients", features, len(labels))
        self._intercept = array_of(description, "intercept", len(labels))
        self._temperature = temperature_of(description)

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels)."""
        scores = batch.described(self._matcher) @ self._coefficients + self._intercept
        return log_softmax(scores, self._temperature)


def build(description: RuntimeDescription, labels: Sequence[str]) -> Vote | LinearLexicon:
    """The runtime that the parameter `layer` asks for: `vote` or `linear`.

    Raises:
        PackageIncomplete: It asks for another.
    """
    layer = description.parameters.get("layer")
    if layer == "vote":
        return Vote(description, labels)
    if layer == "linear":
        return LinearLexicon(description, labels)
    raise PackageIncomplete(f"lexicon: layer {layer!r} is neither vote nor linear: train it again")


def matcher_of(description: RuntimeDescription) -> Matcher:
    """The compiled word lists of a description; members of a blend share one."""
    return _compiled(text_of(description, "lexicon"))


@lru_cache(maxsize=4)
def _compiled(document: str) -> Matcher:
    try:
        return Matcher(Lexicon.from_json(document))
    except (ValueError, AttributeError, TypeError) as error:
        raise PackageIncomplete(
            f"lexicon: the word lists cannot be read ({error}): train it again"
        ) from error
