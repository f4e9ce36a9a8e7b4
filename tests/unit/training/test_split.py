"""How documents are divided into those to learn from and those to measure on."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.contracts.errors import UsageError
from training.documents import LabelledDocument
from training.folds import components
from training.split import SplitPlan, SplitSettings, group_split, plan_split

DEFAULT = SplitSettings()


def document(
    label: str, source: str = "", group: str = "", fold: int = -1, *, train_only: bool = False
) -> LabelledDocument:
    """A document without text."""
    return LabelledDocument("", label, "", source, group, fold, train_only=train_only)


@st.composite
def collections_of_documents(draw: st.DrawFn) -> tuple[list[LabelledDocument], dict[int, int]]:
    """Documents of two or three classes, some generated, some in groups, some near-duplicates."""
    labels = draw(st.sampled_from(["ab", "abc"]))
    documents = draw(
        st.lists(
            st.builds(
                document,
                label=st.sampled_from(labels),
                source=st.sampled_from(["", "x", "y", "z"]),
                group=st.sampled_from(["", "", "", "g", "h"]),
                train_only=st.sampled_from([False, False, False, True]),
            ),
            min_size=6,
            max_size=40,
        )
    )
    near = draw(st.dictionaries(st.integers(0, len(documents) - 1), st.integers(0, 4), max_size=8))
    return documents, near


def sides(plan: SplitPlan, kept: Sequence[object]) -> list[tuple[set[object], set[object]]]:
    """What the training side and the tested side of each fold have of something."""
    return [
        ({kept[place] for place in fold.train}, {kept[place] for place in fold.test}) for fold in plan.folds
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(collections_of_documents(), st.integers(0, 5), st.sampled_from([plan_split, group_split]))
def test_no_split_leaks(
    drawn: tuple[list[LabelledDocument], dict[int, int]],
    seed: int,
    split: Callable[[Sequence[LabelledDocument], Mapping[int, int], SplitSettings, int], SplitPlan],
) -> None:
    """Whatever the documents: no component straddles, every class is learnt, each document is tested once."""
    documents, near = drawn
    try:
        plan = split(documents, near, DEFAULT, seed)
    except UsageError as error:
        assert "add" in str(error)  # noqa: PT017 - a refusal says the mend
        return
    together = components(documents, near)
    for train, test in sides(plan, together):
        assert not train & test
    for train, _ in sides(plan, [item.label for item in documents]):
        assert train == {item.label for item in documents}
    tested = Counter(place for fold in plan.folds for place in fold.test)
    assert tested == Counter(place for place, item in enumerate(documents) if not item.train_only)
    assert set(plan.unseen) | set(plan.not_unseen) == {item.label for item in documents}


@settings(max_examples=100, deadline=None)
@given(collections_of_documents(), st.integers(0, 5))
def test_an_unseen_class_was_tested_on_unseen_sources(
    drawn: tuple[list[LabelledDocument], dict[int, int]], seed: int
) -> None:
    """A class that the plan calls unseen has no source on both sides of any fold."""
    documents, near = drawn
    try:
        plan = plan_split(documents, near, DEFAULT, seed)
    except UsageError:
        return
    for train, test in sides(plan, [(item.label, item.source) for item in documents]):
        assert not [pair for pair in train & test if pair[0] in plan.unseen]  # type: ignore[index]


def test_components_join_in_steps() -> None:
    """A group, a near-duplicate of one of its documents and that one's group are one component."""
    documents = [document("a", group=group) for group in ("g", "g", "", "h", "h", "")]
    numbers = components(documents, {1: 0, 3: 0})
    assert numbers[0] == numbers[1] == numbers[3] == numbers[4]
    assert len({numbers[0], numbers[2], numbers[5]}) == 3


def test_a_source_is_left_out_with_all_its_classes() -> None:
    """Two yearly archives of every class are tested in turn, never half of each."""
    documents = [document(label, source) for label in "abc" for source in ("2024", "2025") for _ in range(4)]
    plan = plan_split(documents, {}, DEFAULT, seed=3)
    assert [test for _, test in sides(plan, [item.source for item in documents])] in (
        [{"2024"}, {"2025"}],
        [{"2025"}, {"2024"}],
    )
    assert plan.unseen == ("a", "b", "c")


def test_a_source_is_not_put_where_it_would_strand_a_class() -> None:
    """Even where another fold would be fuller for it, so that sources stay whole."""
    sizes = {("a", "x"): 2, ("a", "w"): 1, ("b", "y"): 9, ("b", "w"): 2, ("b", "z"): 2}
    sizes |= {("c", "z"): 9, ("c", "y"): 2, ("c", "w"): 1}
    documents = [document(*pair) for pair, size in sizes.items() for _ in range(size)]
    plan = plan_split(documents, {}, DEFAULT, seed=1)
    tested = [test for _, test in sides(plan, [item.source for item in documents])]
    assert tested == [{"z"}, {"w", "y"}, {"x"}]


def test_a_near_duplicate_in_another_source_is_learnt_from_in_no_fold_that_tests_it() -> None:
    """Sources stay whole; only the copies leave the training side."""
    documents = [document("a", source) for source in ("x", "x", "y", "y", "z", "z")]
    plan = plan_split(documents, {0: 7, 2: 7}, DEFAULT, seed=1)
    trained = {fold.test: fold.train for fold in plan.folds}
    assert trained == {(0, 1): (3, 4, 5), (2, 3): (1, 4, 5), (4, 5): (0, 1, 2, 3)}


def test_a_class_of_one_source_says_so() -> None:
    """The plan names the classes that have no estimate for unseen sources, and the reason."""
    documents = [
        *[document("a", source) for source in "xxyy"],
        *[document("b", "only") for _ in range(4)],
        *[document("c") for _ in range(4)],
        *[document("d", "generated", train_only=True) for _ in range(4)],
    ]
    plan = plan_split(documents, {}, DEFAULT, seed=1)
    assert plan.unseen == ("a",)
    assert plan.not_unseen == {
        "b": "all its documents come from one source, only",
        "c": "its documents name no source",
        "d": "its documents are learnt from alone (`train_only`), never tested",
    }


def test_sources_that_share_near_duplicates_throughout_are_split_by_component() -> None:
    """Where nothing would be left to learn from, components decide, and the plan says so."""
    documents = [document("a", "xy"[number % 2]) for number in range(12)]
    plan = plan_split(documents, {number: number // 2 for number in range(12)}, DEFAULT, seed=1)
    assert [len(fold.test) for fold in plan.folds] == [4, 4, 4]
    assert plan.not_unseen == {"a": "documents of its source x are on both sides of a fold"}


def test_generated_documents_are_learnt_from_in_every_fold_but_that_of_their_likes() -> None:
    """A generated near-duplicate of a tested document is no way in for what is tested."""
    documents = [*[document("a", "xyz"[number % 3]) for number in range(6)], document("a", train_only=True)]
    plan = plan_split(documents, {0: 1, 6: 1}, DEFAULT, seed=1)
    assert [6 in fold.train for fold in plan.folds] == [0 not in fold.test for fold in plan.folds]
    assert all(6 not in fold.test for fold in plan.folds)
    assert 6 in plan.final


def test_the_folds_of_the_data_are_kept() -> None:
    """With `column: fold` the tested places are those of the column, less nothing; a straddling group is not learnt."""
    documents = [
        document("a", "x", "g", fold=0),
        document("a", "y", "g", fold=1),
        document("a", "y", fold=1),
        document("a", "x", fold=0),
        document("a", "s", train_only=True),
    ]
    plan = plan_split(documents, {}, SplitSettings(column="fold"), seed=1)
    assert [(fold.train, fold.test) for fold in plan.folds] == [((2, 4), (0, 3)), ((3, 4), (1, 2))]
    assert plan.unseen == ("a",)


def test_folds_of_the_data_that_split_a_source_are_no_unseen_estimate() -> None:
    """A source in two folds of the column is named."""
    documents = [document("a", source, fold=fold) for source, fold in (("x", 0), ("x", 1), ("y", 1))]
    plan = plan_split(documents, {}, SplitSettings(column="fold"), seed=1)
    assert plan.not_unseen == {"a": "documents of its source x are on both sides of a fold"}


@pytest.mark.parametrize(
    ("documents", "chosen", "message"),
    [
        (
            [replace(document("a", fold=0), id="first"), replace(document("a"), id="second")],
            SplitSettings(column="fold"),
            r"1 documents bring no `fold` \(second\); number their folds from 0, mark their source `train_only: ",
        ),
        (
            [document("a", fold=0), document("b", fold=0), document("b", fold=1)],
            SplitSettings(column="fold"),
            "the `fold` column leaves a training side without a: spread each class over at least two folds",
        ),
        (
            [document("a", group="g"), document("a", group="g"), document("b"), document("b")],
            DEFAULT,
            "no split is possible for a: its documents are near-duplicates of one another or of one `group`; add",
        ),
        (
            [document("a", train_only=True)],
            DEFAULT,
            "nothing to test on: every document is `train_only`; add",
        ),
    ],
)
def test_what_cannot_be_split_says_the_mend(
    documents: list[LabelledDocument], chosen: SplitSettings, message: str
) -> None:
    """One sentence names the class or the documents, and what to do."""
    with pytest.raises(UsageError, match=message):
        plan_split(documents, {}, chosen, seed=1)


def test_at_most_so_many_documents_of_a_source_are_learnt_from() -> None:
    """The limit holds in every fold and at the end, tests lose nothing, and generated documents have their own."""
    documents = [document("a", "xyz"[number % 3]) for number in range(60)]
    documents += [document("a", "x", train_only=True) for _ in range(30)]
    plan = plan_split(documents, {}, SplitSettings(limit_per_source=5, limit_train_only=7), seed=1)
    assert [(len(fold.train), len(fold.test)) for fold in plan.folds] == [(17, 20), (17, 20), (17, 20)]
    assert len(plan.final) == 22
    assert set(plan.final) >= {place for fold in plan.folds for place in fold.train}


def test_the_seed_decides() -> None:
    """The same seed gives the same plan, another one another."""
    documents = [document("a", "only") for _ in range(40)]
    chosen = SplitSettings(limit_per_source=10)
    assert plan_split(documents, {}, chosen, 4) == plan_split(documents, {}, chosen, 4)
    assert plan_split(documents, {}, chosen, 4).folds != plan_split(documents, {}, chosen, 5).folds
    assert plan_split(documents, {}, chosen, 4).final != plan_split(documents, {}, chosen, 5).final


def test_a_plan_survives_a_file() -> None:
    """A resumed run reads the plan that the first one wrote."""
    documents = [document("ab"[number % 2], "xyz"[number % 3]) for number in range(20)]
    plan = plan_split(documents, {3: 0, 5: 0}, DEFAULT, seed=2)
    assert SplitPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_a_split_by_group_mixes_sources() -> None:
    """The figure beside the honest one comes from models that knew every source."""
    documents = [document("a", "xy"[number % 2]) for number in range(30)]
    plan = group_split(documents, {}, DEFAULT, seed=1)
    for train, test in sides(plan, [item.source for item in documents]):
        assert train == test == {"x", "y"}
    assert plan.unseen == ()
    assert plan.not_unseen == {"a": "sources are mixed on purpose"}
