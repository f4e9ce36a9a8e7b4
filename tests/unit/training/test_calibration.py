"""Temperature and review threshold."""

import numpy as np
import pytest

from mailroom.model_package.runtimes.base import log_softmax
from training.calibration import ReviewSettings, fit_temperature, review_threshold


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


@pytest.mark.parametrize(("share", "threshold"), [(0.5, 0.5), (0.75, 0.7), (1.0, 0.8)])
def test_the_threshold_catches_the_share_of_errors_that_was_asked_for(share: float, threshold: float) -> None:
    """Errors at 0.3, 0.4, 0.6 and 0.7: half of them lie below 0.5, three below 0.7, all below 0.8."""
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    correct = np.array([True, True, False, False, True, False, False])
    settings = ReviewSettings(errors_caught=share, most_reviewed=1.0)
    assert review_threshold(confidence, correct, np.ones(7), settings) == threshold


def test_errors_count_by_their_weights() -> None:
    """A heavy error below and a light one above: the heavy one alone is four fifths."""
    confidence, correct = np.array([0.2, 0.5, 0.9]), np.array([False, True, False])
    settings = ReviewSettings(errors_caught=0.8, most_reviewed=1.0)
    assert review_threshold(confidence, correct, np.array([8.0, 1.0, 2.0]), settings) == 0.5


def test_threshold_never_sends_more_than_three_in_ten() -> None:
    """A model that is wrong everywhere would send everything: people could not keep up."""
    confidence = np.linspace(0.1, 1.0, 10)
    assert review_threshold(confidence, np.zeros(10, dtype=bool), np.ones(10)) == pytest.approx(0.4)


def test_nothing_needs_review_when_all_is_right() -> None:
    """The threshold is then the least confidence seen, which passes."""
    assert review_threshold(np.array([0.3, 0.9]), np.array([True, True]), np.ones(2)) == 0.3
