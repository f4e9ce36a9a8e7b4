"""Successive halving."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.documents import LabelledDocument
from training.search.rungs import shares_of, subset, survivors
from training.search.settings import SearchSettings

DOCUMENTS = [
    LabelledDocument(str(place), label, "", source=source)
    for place, (label, source) in enumerate(
        [("a", "x")] * 90 + [("a", "y")] * 9 + [("b", "x")] * 30 + [("b", "z")]
    )
]


@pytest.mark.parametrize(
    ("candidates", "smallest", "expected"),
    [(27, 0.01, (1 / 27, 1 / 9, 1 / 3, 1)), (243, 0.1, (1 / 9, 1 / 3, 1)), (2, 0.1, (1,)), (9, 1.0, (1,))],
)
def test_shares_grow_to_all_documents(candidates: int, smallest: float, expected: tuple[float, ...]) -> None:
    """As many rungs as candidates can be divided into thirds, and documents above the smallest share."""
    settings = SearchSettings(strategy="halving", smallest_share=smallest)
    assert shares_of(settings, candidates) == pytest.approx(expected)


def test_other_strategies_have_one_rung() -> None:
    """A grid is searched on all documents."""
    assert shares_of(SearchSettings(strategy="grid"), 100) == (1.0,)


def test_at_least_one_survives() -> None:
    """A third, rounded up."""
    settings = SearchSettings()
    assert [survivors(count, settings) for count in (1, 2, 3, 4, 9)] == [1, 1, 1, 2, 3]


def test_each_class_and_source_gives_its_share() -> None:
    """A third of each, and the only document of a source stays."""
    chosen = subset(DOCUMENTS, range(len(DOCUMENTS)), 1 / 3, seed=1)
    kinds = Counter((DOCUMENTS[place].label, DOCUMENTS[place].source) for place in chosen)
    assert kinds == {("a", "x"): 30, ("a", "y"): 3, ("b", "x"): 10, ("b", "z"): 1}


@given(
    st.sets(st.integers(0, len(DOCUMENTS) - 1), min_size=1),
    st.floats(0.01, 1),
    st.floats(0.01, 1),
    st.integers(0, 3),
)
def test_smaller_shares_are_parts_of_larger_ones(
    train: set[int], one: float, other: float, seed: int
) -> None:
    """A candidate never loses a document that it has learnt from, and no class is lost."""
    small, large = (
        set(subset(DOCUMENTS, sorted(train), share, seed=seed).tolist()) for share in sorted((one, other))
    )
    assert small <= large <= train
    assert {DOCUMENTS[place].label for place in small} == {DOCUMENTS[place].label for place in train}
