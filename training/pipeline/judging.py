"""What out-of-fold predictions say of the winner: its calibration, its threshold and its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mailroom.model_package.runtimes.base import log_softmax
from training.calibration import ReviewSettings, fit_temperature, review_threshold
from training.documents import LabelledDocument
from training.evaluation import Answers, figures
from training.search.results import Predictions
from training.weights import balanced_weights


@dataclass(frozen=True)
class Judgement:
    """The winner, calibrated on documents of sources that it had not seen.

    Attributes:
        unseen: Its predictions for them, calibrated.
        seen: Its predictions on a split that mixes the sources, under the same temperature.
        temperature: What all of its scores are divided by.
        threshold: The confidence below which a person should look.
        metrics: Figures by name; those without a suffix are of unseen sources, too.
    """

    unseen: Predictions
    seen: Predictions
    temperature: float
    threshold: float
    metrics: Mapping[str, float]


def judge(
    unseen: Predictions,
    seen: Predictions,
    documents: Sequence[LabelledDocument],
    labels: tuple[str, ...],
    review: ReviewSettings = ReviewSettings(),  # noqa: B008 - frozen
) -> Judgement:
    """Calibrate and measure.

    Args:
        unseen: Pooled over folds that leave sources out.
        seen: Pooled over folds by group alone.
        documents: The index of the data set.
        labels: The order of the columns.
        review: How much people are to look at.
    """
    tested = [documents[place] for place in unseen.places]
    targets = np.array([labels.index(item.label) for item in tested])
    weights = balanced_weights(tested)
    temperature = fit_temperature(unseen.log_probabilities, targets, weights)
    calibrated, beside = (_divided(part, temperature) for part in (unseen, seen))
    answers = Answers(labels, np.exp(calibrated.log_probabilities), targets)
    threshold = review_threshold(answers.confidence, answers.correct, weights, review)
    found = figures(answers, weights=weights)
    metrics = {
        "macro_f1": _macro_f1(beside, documents, labels),
        "macro_f1_unseen_sources": found["macro_f1"],
        "expected_calibration_error": found["expected_calibration_error"],
        "errors_caught_at_20_percent": found["errors_caught"]["0.2"],
        "review_share": float((answers.confidence < threshold).mean()),
        "documents_left_out": float(found["documents"]),
        "temperature": temperature,
    }
    return Judgement(calibrated, beside, temperature, threshold, metrics)


def _divided(predictions: Predictions, temperature: float) -> Predictions:
    return Predictions(predictions.places, log_softmax(predictions.log_probabilities, temperature))


def _macro_f1(
    predictions: Predictions, documents: Sequence[LabelledDocument], labels: tuple[str, ...]
) -> float:
    tested = [documents[place] for place in predictions.places]
    targets = np.array([labels.index(item.label) for item in tested])
    answers = Answers(labels, np.exp(predictions.log_probabilities), targets)
    return float(figures(answers, weights=balanced_weights(tested))["macro_f1"])
