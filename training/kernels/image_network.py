"""A small convolutional network over page images, in Keras; what `image-neural` fits.

Depthwise separable convolutions (Chollet 2017) with batch normalisation (Ioffe & Szegedy 2015): 45,000 weights, which a
thousand pages can set and two cores can move. Mean and maximum over the page are both looked at: the mean tells how
dense it is, the maximum that there is a table at all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mailroom.features.pages import HEIGHT, WIDTH, Pixels

FIRST_FILTERS = 16
BLOCKS = ((32, 2), (64, 2), (64, 1), (96, 2), (128, 2))
"""Filters and stride of each separable convolution."""
LARGEST_BATCH, SMALLEST_BATCH = 32, 8
STEPS = 24
"""At least so many steps in an epoch, as far as the smallest batch allows: few pages need as many steps as many do."""
WEIGHT_DECAY = 1e-3

SHIFT, TURN, ZOOM, NOISE = 0.06, 0.008, 0.12, 0.05
"""How differently the same page may be scanned: shares of a side, of a full turn, of the size, of black."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How to fit.

    Attributes:
        epochs: Passes over the pages.
        learning_rate: At the start; it falls to nothing along a cosine (Loshchilov & Hutter 2017).
        dropout: Share of the last layer's inputs that each step leaves out.
        seed: Of everything that is drawn.
    """

    epochs: int
    learning_rate: float
    dropout: float
    seed: int


def fit_network(
    keras: Any,
    pixels: Pixels,
    targets: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    *,
    labels: int,
    fit: Fit,
) -> Any:
    """Fit a network.

    Args:
        keras: The module, in a session of its own.
        pixels: (pages, HEIGHT, WIDTH).
        targets: (pages,), columns.
        weights: (pages,).
        labels: How many columns.
        fit: How.

    Returns:
        A Keras model: (pages, HEIGHT, WIDTH, 1) with 0 for paper to scores (pages, labels).
    """
    network = _network(keras, labels, fit.dropout)
    shaken = keras.Sequential([keras.Input((HEIGHT, WIDTH, 1)), *_augmentation(keras, fit.seed), network])
    batch = max(SMALLEST_BATCH, min(LARGEST_BATCH, len(pixels) // STEPS))
    rate = keras.optimizers.schedules.CosineDecay(fit.learning_rate, fit.epochs * -(-len(pixels) // batch))
    shaken.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    lesson = _batches((pixels, targets, weights.astype(np.float32)), batch, fit.seed)
    shaken.fit(lesson, epochs=fit.epochs, verbose=0)
    return network


def _network(keras: Any, labels: int, dropout: float) -> Any:
    layers = keras.layers
    page = keras.Input((HEIGHT, WIDTH, 1))
    seen = layers.Conv2D(FIRST_FILTERS, 5, strides=2, padding="same", use_bias=False)(page)
    seen = _activated(layers, seen)
    for filters, stride in BLOCKS:
        seen = layers.SeparableConv2D(filters, 3, strides=stride, padding="same", use_bias=False)(seen)
        seen = _activated(layers, seen)
    told = [layers.GlobalAveragePooling2D()(seen), layers.GlobalMaxPooling2D()(seen)]
    told = layers.Dropout(dropout)(layers.Concatenate()(told))
    return keras.Model(page, layers.Dense(labels)(told))


def _activated(layers: Any, seen: Any) -> Any:
    # The usual momentum of 0.99 would still remember the first weights after a few hundred steps.
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(seen))


def _augmentation(keras: Any, seed: int) -> list[Any]:
    layers = keras.layers
    return [
        layers.RandomTranslation(SHIFT, SHIFT, fill_mode="constant", fill_value=0.0, seed=seed),
        layers.RandomRotation(TURN, fill_mode="constant", fill_value=0.0, seed=seed + 1),
        layers.RandomZoom((-ZOOM, ZOOM), fill_mode="constant", fill_value=0.0, seed=seed + 2),
        layers.GaussianNoise(NOISE, seed=seed + 3),
    ]


def _batches(columns: tuple[Any, ...], size: int, seed: int) -> Any:
    """Batches in an order drawn anew for each epoch; pages stay bytes until they are needed."""
    import tensorflow as tf  # noqa: PLC0415

    shuffled = tf.data.Dataset.from_tensor_slices(columns).shuffle(len(columns[0]), seed=seed).batch(size)
    return shuffled.map(
        lambda page, *rest: (1.0 - tf.cast(page[..., None], tf.float32) / 255.0, *rest)
    ).prefetch(2)
