"""Calibration and figures of a winner."""

import numpy as np
import pytest

from training.documents import LabelledDocument
from training.pipeline.judging import judge
from training.search.results import Predictions

LABELS = ("invoice", "offer")


def _documents() -> list[LabelledDocument]:
    return [LabelledDocument(f"d{n}", LABELS[n % 2], "", source=f"s{n % 4}") for n in range(40)]


def _said(right: float, wrong: set[int]) -> Predictions:
    """Predictions for all documents, sure by `right`, of which some are wrong."""
    places = np.arange(40)
    chosen = np.array([(place % 2) ^ (place in wrong) for place in places])
    probabilities = np.full((40, 2), 1 - right)
    probabilities[places, chosen] = right
    return Predictions(places, np.log(probabilities))


def test_an_overconfident_model_is_made_as_sure_as_it_is_right() -> None:
    """Nine of ten are right, so that nine tenths is what it should say."""
    judgement = judge(_said(0.999, {0, 1, 2, 3}), _said(0.999, set()), _documents(), LABELS)
    assert judgement.temperature > 1
    assert float(np.exp(judgement.unseen.log_probabilities).max()) == pytest.approx(0.9, abs=0.01)
    assert judgement.metrics["expected_calibration_error"] == pytest.approx(0.0, abs=0.01)


def test_both_figures_are_told_apart() -> None:
    """Of sources that it had not seen, and of those that it knew."""
    judgement = judge(_said(0.9, {0, 1, 2, 3}), _said(0.9, set()), _documents(), LABELS)
    assert judgement.metrics["macro_f1_unseen_sources"] == pytest.approx(0.9)
    assert judgement.metrics["macro_f1"] == 1.0
    assert judgement.metrics["documents_left_out"] == 40
