"""Trials in groups that share features."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from training.search.results import Candidate
from training.search.work import Trial, grouped

TRIALS = [
    Trial(Candidate(kernel, {"c": c, "fewest": fewest}), fold, 1.0)
    for kernel in ("shares", "plain")
    for c in (1, 2, 3)
    for fewest in (1, 2)
    for fold in (0, 1)
]


def names(kernel: str) -> tuple[str, ...] | None:
    """One kernel's features depend on `fewest`, the other shares nothing."""
    return ("fewest",) if kernel == "shares" else None


def test_trials_with_the_same_features_are_one_task() -> None:
    """Two folds and two feature parameters: four groups of three; a plain kernel's trials stand alone."""
    groups = grouped(TRIALS, names, at_least=1)
    sizes = Counter((group[0].candidate.kernel, len(group)) for group in groups)
    assert sizes == {("shares", 3): 4, ("plain", 1): 12}
    for group in groups:
        assert len({(item.fold, item.candidate.parameters["fewest"]) for item in group}) == 1


@given(st.sets(st.sampled_from(range(len(TRIALS)))), st.integers(1, 40))
def test_no_trial_is_lost_and_no_worker_idle(places: set[int], workers: int) -> None:
    """Every trial is in one group, and there are as many groups as workers where there are as many trials."""
    chosen = [TRIALS[place] for place in sorted(places)]
    groups = grouped(chosen, names, at_least=workers)
    assert sorted(trial.key for group in groups for trial in group) == sorted(trial.key for trial in chosen)
    assert all(groups)
    assert len(groups) >= min(workers, len(chosen))
