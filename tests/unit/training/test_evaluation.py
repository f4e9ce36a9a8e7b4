"""Figures on a confusion made by hand."""

import numpy as np
import pytest

from training.evaluation import Answers, errors_caught, expected_calibration_error, figures

# Ten documents of three labels; column of the truth, column of the answer, its confidence.
CASES = [
    (0, 0, 0.95), (0, 0, 0.95), (0, 0, 0.95), (0, 1, 0.45),
    (1, 1, 0.85), (1, 1, 0.85), (1, 0, 0.55),
    (2, 2, 0.75), (2, 2, 0.75), (2, 0, 0.65),
]  # fmt: skip


def answers() -> Answers:
    """The cases as probabilities over four labels, the last of which never occurs."""
    rows = np.zeros((len(CASES), 4))
    for place, (_, answer, confidence) in enumerate(CASES):
        rows[place] = (1 - confidence) / 3
        rows[place, answer] = confidence
    return Answers(("a", "b", "c", "d"), rows, np.array([truth for truth, _, _ in CASES]))


def test_precision_recall_and_f1_per_class() -> None:
    """Label a: three of five answers right, three of four found."""
    per_class = figures(answers())["per_class"]
    assert per_class["a"] == pytest.approx({"precision": 0.6, "recall": 0.75, "f1": 2 / 3, "support": 4})
    assert per_class["b"] == pytest.approx({"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "support": 3})
    assert per_class["c"] == pytest.approx({"precision": 1.0, "recall": 2 / 3, "f1": 0.8, "support": 3})
    assert per_class["d"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}


def test_macro_f1_is_over_labels_that_occur() -> None:
    """A label without documents neither helps nor harms."""
    found = figures(answers())
    assert found["macro_f1"] == pytest.approx(0.7111111)
    assert found["accuracy"] == 0.7
    assert found["documents"] == 10


def test_rows_of_the_confusion_matrix_are_the_truth() -> None:
    """Of four documents of a, three were called a and one b."""
    assert figures(answers())["confusion_matrix"] == {
        "a": {"a": 3, "b": 1, "c": 0, "d": 0},
        "b": {"a": 1, "b": 2, "c": 0, "d": 0},
        "c": {"a": 1, "b": 0, "c": 2, "d": 0},
        "d": {"a": 0, "b": 0, "c": 0, "d": 0},
    }


def test_calibration_error_is_the_weighted_gap_of_bins() -> None:
    """Gaps of 0.15, 0.30, 0.50, 0.65, 0.55 and 0.45 over ten documents."""
    assert figures(answers())["expected_calibration_error"] == pytest.approx(0.26)


def test_perfect_confidence_has_no_calibration_error() -> None:
    """Sure and right every time; the confidence 1 falls into the last bin."""
    assert expected_calibration_error(np.ones(3), np.ones(3, dtype=bool)) == 0.0


def test_errors_caught_by_sending_the_least_sure() -> None:
    """The three errors are the three least sure: one document each catches a third."""
    caught = figures(answers())["errors_caught"]
    assert caught == pytest.approx({"0.1": 1 / 3, "0.2": 2 / 3, "0.3": 1.0})


def test_without_errors_all_are_caught() -> None:
    """Nothing wrong, nothing missed."""
    assert errors_caught(np.array([0.5, 0.9]), np.array([True, True])) == {"0.1": 1.0, "0.2": 1.0, "0.3": 1.0}


def test_weights_change_what_counts() -> None:
    """A document of weight 0 is as good as absent."""
    weights = np.array([1.0, 1, 1, 0, 1, 1, 0, 1, 1, 0])
    found = figures(answers(), weights=weights)
    assert (found["macro_f1"], found["accuracy"]) == (1.0, 1.0)
