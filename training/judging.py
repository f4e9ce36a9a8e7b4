"""What predictions for left-out documents say of a model: its calibration, its threshold and its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mailroom.model_package import RuntimeDescription
from mailroom.model_package.runtimes.base import log_softmax, temperature_of
from training.calibration import ReviewSettings, fit_temperature, review_threshold
from training.documents import LabelledDocument
from training.evaluation import Answers, figures
from training.search.results import Predictions
from training.weights import balanced_weights


@dataclass(frozen=True)
class Judgement:
    """A model, calibrated on documents of sources that it had not seen where they have several.

    Attributes:
        unseen: Its predictions for them, calibrated.
        temperature: What all of its scores are divided by.
        threshold: The confidence below which a person should look.
        metrics: Figures by name.
    """

    unseen: Predictions
    temperature: float
    threshold: float
    metrics: Mapping[str, float]

    def calibrated(self, model: RuntimeDescription) -> RuntimeDescription:
        """A model trained like the judged one, made as sure as that should have been.

        What was judged came out of the model's own temperature, and is divided once more.
        """
        return model.with_parameters(temperature=temperature_of(model) * self.temperature)


def judge(
    unseen: Predictions,
    documents: Sequence[LabelledDocument],
    labels: tuple[str, ...],
    review: ReviewSettings = ReviewSettings(),  # noqa: B008 - frozen
) -> Judgement:
    """Calibrate and measure.

    Args:
        unseen: Pooled over folds that leave sources out.
        documents: All of them, or their index.
        labels: The order of the columns.
        review: How much people are to look at.
    """
    targets, weights = _right(unseen, documents, labels)
    temperature = fit_temperature(unseen.log_probabilities, targets, weights)
    calibrated = divided(unseen, temperature)
    answers = Answers(labels, np.exp(calibrated.log_probabilities), targets)
    threshold = review_threshold(answers.confidence, answers.correct, weights, review)
    found = figures(answers, weights=weights)
    metrics = {
        "macro_f1_unseen_sources": found["macro_f1"],
        "expected_calibration_error": found["expected_calibration_error"],
        "errors_caught_at_20_percent": found["errors_caught"]["0.2"],
        "review_share": float((answers.confidence < threshold).mean()),
        "documents_left_out": float(found["documents"]),
        "temperature": temperature,
    }
    return Judgement(calibrated, temperature, threshold, metrics)


def divided(predictions: Predictions, temperature: float) -> Predictions:
    """The same predictions under a temperature."""
    return Predictions(predictions.places, log_softmax(predictions.log_probabilities, temperature))


def macro_f1(
    predictions: Predictions, documents: Sequence[LabelledDocument], labels: tuple[str, ...]
) -> float:
    """Every source of a class with the same weight."""
    targets, weights = _right(predictions, documents, labels)
    answers = Answers(labels, np.exp(predictions.log_probabilities), targets)
    return float(figures(answers, weights=weights)["macro_f1"])


def _right(
    predictions: Predictions, documents: Sequence[LabelledDocument], labels: tuple[str, ...]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The right columns of the tested documents, and what each of these counts."""
    tested = [documents[place] for place in predictions.places]
    columns = {label: column for column, label in enumerate(labels)}
    return np.array([columns[item.label] for item in tested], dtype=np.int64), balanced_weights(tested)
