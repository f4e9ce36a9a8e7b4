"""The candidates of a search."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.contracts.errors import UsageError
from training.search.settings import SearchSettings
from training.search.space import _drawn, _grid, candidates_of

SPACES = st.dictionaries(
    st.sampled_from("abcd"), st.lists(st.integers(), min_size=1, max_size=4, unique=True), min_size=1
)


def settings(**values: object) -> SearchSettings:
    """Settings as a configuration file gives them."""
    return SearchSettings.model_validate(values)


def test_a_grid_has_every_combination_defaults_first() -> None:
    """Values of the configuration replace the kernel's own; one value fixes a parameter."""
    chosen = {"tfidf_c": [1.0, 3.0], "lexicon_c": 0.3, "min_documents": [2], "max_terms": 50_000}
    found = candidates_of(settings(kernels=[{"kernel": "text-linear", "parameters": chosen}]), seed=1)
    fixed = {"lexicon_c": 0.3, "min_documents": 2, "max_terms": 50_000}
    assert [dict(item.parameters) for item in found] == [{"tfidf_c": 1.0, **fixed}, {"tfidf_c": 3.0, **fixed}]


def test_the_same_candidate_is_tried_once() -> None:
    """Two entries of a kernel may overlap."""
    one = {"kernel": "text-linear", "parameters": {"lexicon_c": 0.3, "min_documents": 2, "max_terms": 9}}
    assert len(candidates_of(settings(kernels=[one, one]), seed=1)) == 3


@pytest.mark.parametrize("strategy", ["random", "halving"])
def test_draws_depend_on_the_seed_alone(strategy: str) -> None:
    """The same seed draws the same candidates, another seed others; each kernel's defaults come first."""
    drawn = [
        [item.key for item in candidates_of(settings(strategy=strategy, candidates=7), seed=seed)]
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert drawn[0][0] == drawn[2][0]
    assert len(set(drawn[0])) == 7


@given(SPACES, st.integers(0, 5), st.data())
def test_draws_are_different_points_of_the_grid(
    space: Mapping[str, Sequence[int]], seed: int, data: st.DataObject
) -> None:
    """However many are drawn, each is a combination of the grid, and none comes twice."""
    grid = [tuple(sorted(item.items())) for item in _grid(space)]
    count = data.draw(st.integers(1, len(grid)))
    drawn = [tuple(sorted(item.items())) for item in _drawn(space, len(grid), count, seed)]
    assert len(set(drawn)) == len(drawn) == count
    assert set(drawn) <= set(grid)
    assert drawn[0] == grid[0]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            {"kernel": "text-linear", "parameters": {"depht": 3}},
            "text-linear has no parameter 'depht'; it has tfidf_c",
        ),
        ("text-liner", "'text-liner' is unknown"),
        ("nowhere.Kernel", "nowhere.Kernel does not import"),
        (
            {"kernel": "text-linear", "parameters": {"tfidf_c": list(range(1, 5000))}},
            "combinations; use the strategy random or halving",
        ),
    ],
)
def test_mistakes_are_told_before_anything_runs(choice: object, message: str) -> None:
    """One line that names the place and the mend."""
    with pytest.raises(UsageError, match=message):
        candidates_of(settings(kernels=[choice]), seed=1)
