"""Calibration and figures of a winner."""

import numpy as np
import pytest

from mailroom.model_package import RuntimeDescription
from training.documents import LabelledDocument
from training.judging import judge, macro_f1
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
    judgement = judge(_said(0.999, {0, 1, 2, 3}), _documents(), LABELS)
    assert judgement.temperature > 1
    assert float(np.exp(judgement.unseen.log_probabilities).max()) == pytest.approx(0.9, abs=0.01)
    assert judgement.metrics["expected_calibration_error"] == pytest.approx(0.0, abs=0.01)


def test_figures_count_every_source_of_a_class_alike() -> None:
    """Four of forty wrong, one in each source."""
    judgement = judge(_said(0.9, {0, 1, 2, 3}), _documents(), LABELS)
    assert judgement.metrics["macro_f1_unseen_sources"] == pytest.approx(0.9)
    assert judgement.metrics["documents_left_out"] == 40
    assert macro_f1(_said(0.9, set()), _documents(), LABELS) == 1.0


def test_a_model_with_a_temperature_of_its_own_is_divided_once_more() -> None:
    """What was judged came out of that temperature."""
    judgement = judge(_said(0.999, {0, 1, 2, 3}), _documents(), LABELS)
    model = judgement.calibrated(RuntimeDescription("blend", {"temperature": 2.0}))
    assert model.parameters["temperature"] == pytest.approx(2 * judgement.temperature)
