"""The paired bootstrap, and the rules that are made of it."""

import numpy as np
import pytest

from mailroom.contracts.errors import UsageError
from training.gate.answers import Comparison, Said, compared
from training.gate.bootstrap import Bounded, bounded, grouped
from training.gate.checks import cost, each_once, leaked, quality, stopped_data, wrong_golden
from training.gate.costs import Cost
from training.gate.findings import Cause, Refusal
from training.gate.limits import Limits, limits_of

pytestmark = pytest.mark.gate

LABELS = ("invoice", "complaint")
LIMITS = Limits(resamples=400)


def said(hits: list[bool], confidence: float = 0.9, *, automatic: bool = True) -> Said:
    """A service that is equally sure of each of its labels; documents are invoices, then complaints, half of each."""
    count = len(hits)
    right = np.repeat([0, 1], count // 2)
    columns = np.where(hits, right, 1 - right)
    probabilities = np.full((count, 2), 1 - confidence)
    probabilities[np.arange(count), columns] = confidence
    return Said(probabilities, np.full(count, automatic), np.ones(count, dtype=bool))


def found(candidate: Said, champion: Said, groups: list[str] | None = None) -> Comparison:
    """The comparison of two."""
    count = len(candidate.answered)
    targets = np.repeat([0, 1], count // 2)
    return compared(candidate, champion, targets, labels=LABELS, groups=groups or [""] * count, limits=LIMITS)


def causes(comparison: Comparison) -> set[Cause]:
    """Why the candidate is refused."""
    return {refusal.cause for refusal in quality(comparison, LIMITS)}


def test_the_bounds_of_a_mean() -> None:
    """Of 100 tosses with 50 hits: the mean, and a tenth less and more within 1.645 standard errors."""
    hits = np.repeat([0.0, 1.0], 50)
    [mean] = bounded(
        lambda weights: np.array([weights @ hits / weights.sum()]),
        grouped([""] * 100),
        resamples=4_000,
        certainty=0.95,
        seed=1,
    )
    assert mean.value == 0.5
    assert mean.lower == pytest.approx(0.418, abs=0.011)
    assert mean.upper == pytest.approx(0.582, abs=0.011)


def test_documents_of_one_group_are_one_witness() -> None:
    """A hundred copies say no more than one: nothing can be bounded."""
    hits = np.repeat([0.0, 1.0], 50)
    [mean] = bounded(
        lambda weights: np.array([weights @ hits / weights.sum()]),
        grouped(["a"] * 50 + ["b"] * 50),
        resamples=200,
        certainty=0.95,
        seed=1,
    )
    assert (mean.lower, mean.upper) == (0.0, 1.0)


def test_documents_without_a_group_stand_alone() -> None:
    """No name is no common name."""
    assert grouped(["", "a", "", "a", "0"]).tolist() == [0, 1, 2, 1, 3]


def test_the_same_answers_differ_by_nothing() -> None:
    """Paired: what is hard for one is hard for the other."""
    same = found(said([True, False] * 20), said([True, False] * 20))
    assert same.macro_f1 == Bounded(0.0, 0.0, 0.0)
    assert causes(same) == set()


def test_one_that_is_worse_is_named_for_it() -> None:
    """Complaints alone are mistaken: both the whole and the class fall."""
    hits = [True] * 200 + [True, True, False] * 66 + [True, True]
    worse = found(said(hits), said([True] * 400))
    assert worse.macro_f1.value == pytest.approx(-0.1696, abs=0.0001)
    assert causes(worse) == {Cause.WORSE, Cause.WORSE_IN_CLASS, Cause.UNREVIEWED}
    messages = [refusal.message for refusal in quality(worse, LIMITS)]
    assert "F1 of complaint falls by 0.198 (allowed 0.05): train it again" in messages


def test_few_documents_decide_nothing() -> None:
    """One gain and one loss among thirty: no fall was found, and none can be excluded."""
    candidate, champion = [True] * 30, [True] * 30
    candidate[0], champion[1] = False, False
    candidate[20], champion[21] = False, False
    undecided = found(said(candidate), said(champion))
    assert undecided.macro_f1.value == 0.0
    assert causes(undecided) == {Cause.UNDECIDED}
    figures = [refusal.message.partition(" may have ")[0] for refusal in quality(undecided, LIMITS)]
    assert figures == [
        "macro-F1",
        "F1 of invoice",
        "F1 of complaint",
        "calibration error",
        "share of wrong labels without review",
    ]


def test_many_documents_do() -> None:
    """The same share of gains and losses among thousands is within the margins."""
    candidate = ([False, True] + [True] * 198) * 20
    champion = ([True, False] + [True] * 198) * 20
    assert causes(found(said(candidate), said(champion))) == set()


def test_too_sure_of_the_same_labels() -> None:
    """Nine of ten are right: 0.9 is calibrated, 0.99 is not."""
    hits = ([False] + [True] * 9) * 40
    assert causes(found(said(hits, 0.99), said(hits, 0.9))) == {Cause.MISCALIBRATED}


def test_errors_that_nobody_looks_at() -> None:
    """The same labels, and no review."""
    hits = ([False] + [True] * 9) * 40
    assert causes(found(said(hits), said(hits, automatic=False))) == {Cause.UNREVIEWED}


def test_no_label_is_a_wrong_one_and_a_reason_of_its_own() -> None:
    """A service that says nothing of a fifth of the documents."""
    silent = said([True] * 400)
    answered = np.arange(400) % 5 > 0
    silent = Said(silent.probabilities * answered[:, None], silent.automatic & answered, answered)
    refused = found(silent, said([True] * 400))
    assert causes(refused) == {Cause.WORSE, Cause.WORSE_IN_CLASS, Cause.UNANSWERED}
    assert refused.candidate["unanswered"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("median", "slow", "expected"),
    [(1.4, 1.4, []), (1.6, 1.4, [Cause.SLOWER]), (1.4, 1.6, [Cause.SLOWER]), (1.6, 1.6, [Cause.SLOWER])],
)
def test_time_is_held_against_it_once_it_is_shown(median: float, slow: float, expected: list[Cause]) -> None:
    """By the lower bound: what may be the machine's noise refuses nobody."""
    ratios = {"median": Bounded(2.0, median, 3.0), "p95": Bounded(2.0, slow, 3.0)}
    assert [item.cause for item in cost(Cost({}, ratios, (100, 100)), LIMITS)] == expected


def test_memory() -> None:
    """Sixteen tenths of the champion's are too much."""
    assert [item.cause for item in cost(Cost({}, {}, (160, 100)), LIMITS)] == [Cause.LARGER]
    assert not [*cost(Cost({}, {}, (150, 100)), LIMITS)]


def test_small_rules() -> None:
    """Golden documents, leaks and reports at their borders; a figure that is none is no pass."""
    assert not [*wrong_golden(1e-5)]
    assert [item.cause for item in wrong_golden(1.1e-5)] == [Cause.GOLDEN]
    assert [item.cause for item in wrong_golden(float("nan"))] == [Cause.GOLDEN]
    assert not [*leaked(0, 10, LIMITS)]
    assert [item.cause for item in leaked(1, 10, LIMITS)] == [Cause.LEAKED]
    assert not [*leaked(1, 10, Limits(leaked=0.1))]
    stop = {
        "status": "stop",
        "findings": [{"check": "labels", "outcome": "stop"}, {"check": "x", "outcome": "warn"}],
    }
    [refusal] = stopped_data(stop)
    assert refusal.cause is Cause.INTEGRITY
    assert "said stop (labels)" in refusal.message
    assert not [*stopped_data({"status": "warn"})]
    assert not [*stopped_data(None)]


def test_the_same_reason_twice_is_one() -> None:
    """In the order in which they were found."""
    one, two = Refusal(Cause.GOLDEN, "a"), Refusal(Cause.LEAKED, "b")
    assert each_once([one, two, one]) == (one, two)


def test_limits_from_words() -> None:
    """`--limit NAME=VALUE`, and what is none."""
    assert limits_of(["margin=0.02", "latency_ratio = 3"]) == Limits(margin=0.02, latency_ratio=3)
    for wrong in ("margins=1", "margin", "margin=-1", "certainty=1"):
        with pytest.raises(UsageError, match="each as NAME=VALUE"):
            limits_of([wrong])
