"""Labels that a model contradicts, and components of near-duplicates."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.integrity.checks.labels import suspects
from training.integrity.near_duplicates import joined
from training.integrity.suspects import LeftOut, _fitted, _hashed

BILL = "invoice for services, total amount payable within thirty days"
PLEA = "I am writing to complain about the broken parcel and want my money back"
ASK = "please reset my password, the printer on the second floor is offline"


def test_a_contradicted_label_is_suspicious() -> None:
    """Of two answers that contradict their label more surely than others confirm theirs, only the sure one counts."""
    targets = np.repeat([0, 1], 50)
    probabilities = np.where(targets[:, None] == [0, 1], 0.7, 0.3)
    probabilities[7] = [0.02, 0.98]
    probabilities[60] = [0.8, 0.2]
    found = suspects(LeftOut(("a", "b"), np.arange(100), targets, probabilities))
    assert found.tolist() == [7]


def test_labels_of_one_class_are_above_suspicion() -> None:
    """There is nothing to take them for."""
    found = suspects(LeftOut(("a", "b"), np.arange(3), np.zeros(3, dtype=np.int64), np.full((3, 2), 0.5)))
    assert found.tolist() == []


def test_the_models_give_probabilities_over_what_they_have_learnt() -> None:
    """Rows sum to one for three classes, two and one; a class that a model has not learnt gets nothing."""
    texts = [BILL, PLEA, ASK] * 5
    targets = np.array([0, 1, 3] * 5)
    for kept, unlearnt in (([0, 1, 3], [2]), ([1, 3], [0, 2]), ([3], [0, 1, 2])):
        rows = np.flatnonzero(np.isin(targets, kept))
        found = _fitted(_hashed([texts[row] for row in rows]), targets[rows], 4).probabilities(texts)
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
        assert not found[:, unlearnt].any()
        assert (found.argmax(axis=1) == targets)[rows].all()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40))
def test_pairs_join_into_components(pairs: list[tuple[int, int]]) -> None:
    """Both ends of every pair share a number, and two components never do."""
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    groups = joined(ends[:, 0], ends[:, 1])
    assert set(groups) == set(ends.ravel().tolist())
    assert all(groups[a] == groups[b] for a, b in pairs)
    reached = {place: {place} for place in groups}
    for _ in groups:
        for a, b in pairs:
            reached[a] = reached[b] = reached[a] | reached[b]
    together = {place: {other for other in groups if groups[other] == groups[place]} for place in groups}
    assert all(reached[place] <= together[place] for place in groups)
    assert all(any(reached[other] >= together[place] for other in together[place]) for place in groups)
