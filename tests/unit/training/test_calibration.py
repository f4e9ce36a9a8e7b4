"""Temperature and review threshold."""

import numpy as np
import pytest

from mailroom.model_package.runtimes.base import log_softmax
from training.calibration import fit_temperature, review_threshold


def test_temperature_undoes_overconfidence() -> None:
    """Scores twice as sharp as the truth are brought back by a temperature of two."""
    source = np.random.default_rng(0)
    scores = source.normal(size=(20_000, 3)) * 2
    probabilities = np.exp(log_softmax(scores))
    targets = (source.random((20_000, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
    assert fit_temperature(log_softmax(scores * 2), targets, np.ones(20_000)) == pytest.approx(2.0, abs=0.05)


def test_temperature_stays_within_reason() -> None:
    """A model that is always right is not made infinitely sure."""
    scores = np.log(np.array([[0.9, 0.1]] * 10))
    assert 0.2 <= fit_temperature(scores, np.zeros(10, dtype=int), np.ones(10)) <= 10


def test_threshold_is_the_lowest_that_keeps_the_rest_right() -> None:
    """One of ten is wrong and the least sure: all above it may pass."""
    confidence = np.array([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.91, 0.92, 0.93, 0.94])
    correct = np.array([False] + [True] * 9)
    assert review_threshold(confidence, correct, np.ones(10)) == 0.5


def test_threshold_never_sends_more_than_three_in_ten() -> None:
    """A model that is wrong everywhere would send everything: people could not keep up."""
    confidence = np.linspace(0.1, 1.0, 10)
    assert review_threshold(confidence, np.zeros(10, dtype=bool), np.ones(10)) == pytest.approx(0.4)


def test_nothing_needs_review_when_all_is_right() -> None:
    """The threshold is then the least confidence seen, which passes."""
    assert review_threshold(np.array([0.3, 0.9]), np.array([True, True]), np.ones(2)) == 0.3
