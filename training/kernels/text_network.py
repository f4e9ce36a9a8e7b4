"""A network over a text's words and over what the word lists and structure say of it, in Keras.

Two towers of one hidden layer, each taught for itself, their log-probabilities averaged: a network that sees both at
once leans on the words of the sources it knows and goes wrong on others. Most inputs are left out at each step
(dropout, Srivastava et al. 2014) and targets are smoothed (Szegedy et al. 2016), for the same reason.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mailroom.features.views import Values, dense

WORDS_LEFT_OUT, DESCRIBED_LEFT_OUT = 0.5, 0.2
"""Shares of the inputs that a step does not see."""
BATCH = 64
WEIGHT_DECAY = 1e-2
SMOOTHING = 0.05
FEWEST_STEPS = 200
"""However few the documents are: a hundred of them are two steps to an epoch."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learnt from.

    Attributes:
        words: (documents, columns).
        described: (documents, features).
        targets: (documents, labels): 1 for the right column.
        weights: (documents,).
    """

    words: Values
    described: npt.NDArray[np.float32]
    targets: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fit:
    """How to fit.

    Attributes:
        epochs: Passes over the documents.
        units: Of each hidden layer.
        dropout: Share of the hidden units that a step leaves out.
        learning_rate: At the start; it falls to nothing along a cosine (Loshchilov & Hutter 2017).
        seed: Of everything that is drawn.
    """

    epochs: int
    units: int
    dropout: float
    learning_rate: float
    seed: int


def fit_network(keras: Any, lesson: Lesson, fit: Fit) -> Any:
    """Fit a network.

    Args:
        keras: The module, in a session of its own.
        lesson: What to learn.
        fit: How.

    Returns:
        A Keras model: words (documents, columns) and described (documents, features) to scores (documents, labels).
    """
    mean, deviation = lesson.described.mean(axis=0), lesson.described.std(axis=0)
    scale = np.where(deviation > 0, deviation, np.inf).astype(np.float32)  # what never differs says nothing
    inputs, opinions, first = _towers(keras, lesson, fit)
    taught = keras.Model(inputs, opinions)
    batches = _batches(keras, replace(lesson, described=(lesson.described - mean) / scale), fit.seed)
    epochs = max(fit.epochs, math.ceil(FEWEST_STEPS / len(batches)))
    rate = keras.optimizers.schedules.CosineDecay(fit.learning_rate, epochs * len(batches))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=SMOOTHING)
    taught.compile(optimizer=keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY), loss=[loss, loss])
    taught.fit(batches, epochs=epochs, verbose=0)
    kernel, bias = first.get_weights()
    kernel = kernel / scale[:, None]
    first.set_weights([kernel, bias - mean @ kernel])  # from here on it takes features as they are
    shares = [keras.layers.Activation("log_softmax")(opinion) for opinion in opinions]
    return keras.Model(inputs, keras.layers.Average()(shares))


def _towers(keras: Any, lesson: Lesson, fit: Fit) -> tuple[list[Any], list[Any], Any]:
    """Both inputs, both opinions, and the layer that takes the described features."""
    layers, labels = keras.layers, lesson.targets.shape[1]

    def tower(taken: Any, left_out: float, first: Any) -> Any:
        seen = first(layers.Dropout(left_out, seed=fit.seed)(taken))
        return layers.Dense(labels)(layers.Dropout(fit.dropout, seed=fit.seed + 1)(seen))

    words = keras.Input((lesson.words.shape[1],), name="words")
    described = keras.Input((lesson.described.shape[1],), name="described")
    above_words, above = (layers.Dense(fit.units, activation="relu") for _ in range(2))
    opinions = [
        tower(words, WORDS_LEFT_OUT, above_words),
        tower(described, DESCRIBED_LEFT_OUT, above),
    ]
    return [words, described], opinions, above


def _batches(keras: Any, lesson: Lesson, seed: int) -> Any:
    """Batches in an order drawn anew for each epoch; words stay sparse until they are needed."""

    class Batches(keras.utils.PyDataset):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._source = np.random.default_rng(seed)
            self.on_epoch_end()

        def __len__(self) -> int:
            return math.ceil(len(lesson.weights) / BATCH)

        def on_epoch_end(self) -> None:
            self._order = self._source.permutation(len(lesson.weights))

        def __getitem__(self, number: int) -> Sequence[Any]:
            rows = self._order[number * BATCH : (number + 1) * BATCH]
            seen = dense(lesson.words[rows]), lesson.described[rows]
            return seen, (lesson.targets[rows],) * 2, (lesson.weights[rows],) * 2

    return Batches()
