"""What documents count, and folds that leave sources out."""

from collections import Counter

import numpy as np
import pytest

from training.documents import LabelledDocument
from training.folds import source_folds
from training.weights import balanced_weights


def document(label: str, source: str, group: str = "") -> LabelledDocument:
    """A document without text."""
    return LabelledDocument("", label, "", source, group)


def test_classes_and_sources_weigh_the_same() -> None:
    """Forty documents of one source count as much as ten of another; so do the classes."""
    documents = [
        *[document("a", "large")] * 40,
        *[document("a", "small")] * 10,
        *[document("b", "only")] * 20,
    ]
    weights = balanced_weights(documents)
    assert weights.mean() == pytest.approx(1.0)
    assert weights[:40].sum() == pytest.approx(17.5)
    assert weights[40:50].sum() == pytest.approx(17.5)
    assert weights[50:].sum() == pytest.approx(35.0)


def test_a_source_under_ten_documents_counts_in_proportion() -> None:
    """Two odd documents weigh a fifth of a full source."""
    weights = balanced_weights([*[document("a", "full")] * 30, *[document("a", "odd")] * 2])
    assert weights[30:].sum() / weights[:30].sum() == pytest.approx(0.2)


def test_corrected_documents_have_a_fifth_of_their_class() -> None:
    """However few, and however many others there are; a class that was not corrected keeps its weight."""
    documents = [
        *[document("a", "old")] * 50,
        *[document("a", "corrected:new")] * 2,
        *[document("b", "old")] * 20,
    ]
    weights = balanced_weights(documents)
    assert weights[:50].sum() == pytest.approx(28.8)
    assert weights[50:52].sum() == pytest.approx(7.2)
    assert weights[52:].sum() == pytest.approx(36.0)


def test_no_source_of_a_class_and_no_group_is_on_both_sides() -> None:
    """What is tested comes from elsewhere than what was trained on."""
    documents = [
        document(label, f"s{number % 4}", f"g{number % 40}") for label in "ab" for number in range(120)
    ]
    for fold in source_folds(documents, seed=1):
        train, test = ([documents[place] for place in side] for side in (fold.train, fold.test))
        assert not {(item.label, item.source) for item in train} & {
            (item.label, item.source) for item in test
        }
        assert not {item.group for item in train} & {item.group for item in test}


def test_a_class_of_one_source_is_split_by_group() -> None:
    """With no other source, whole groups are left out, in parts of about the same size."""
    documents = [document("a", "only", f"g{number // 5}") for number in range(60)]
    folds = list(source_folds(documents, seed=1))
    assert [len(fold.test) for fold in folds] == [20, 20, 20]
    assert [len(fold.train) for fold in folds] == [40, 40, 40]


def test_every_document_is_tested_once() -> None:
    """The folds cover everything."""
    documents = [document("ab"[number % 2], f"s{number % 3}") for number in range(50)]
    tested = Counter(place for fold in source_folds(documents, seed=3) for place in fold.test)
    assert tested == Counter(range(50))


def test_the_seed_decides() -> None:
    """The same seed gives the same folds."""
    documents = [document("a", "only", f"g{number}") for number in range(30)]
    assert list(source_folds(documents, seed=5)) == list(source_folds(documents, seed=5))
    assert list(source_folds(documents, seed=5)) != list(source_folds(documents, seed=6))


def test_groups_that_run_through_all_sources_decide() -> None:
    """Where every source shares groups with every other, whole groups are left out instead."""
    documents = [
        document(label, f"s{number % 2}", f"{label}{number // 2}") for label in "ab" for number in range(60)
    ]
    folds = source_folds(documents, seed=1)
    assert [len(fold.test) for fold in folds] == [40, 40, 40]
    for fold in folds:
        assert not {documents[place].group for place in fold.train} & {
            documents[place].group for place in fold.test
        }


def test_two_documents_of_each_label_are_enough() -> None:
    """Even one group for everything leaves something to measure on."""
    documents = [document(label, "only", "same") for label in "abab"]
    assert [(fold.train, fold.test) for fold in source_folds(documents, seed=1)] != []


def test_weights_of_no_source_at_all() -> None:
    """Documents that name no source are one source."""
    np.testing.assert_allclose(balanced_weights([document("a", ""), document("b", "")]), [1.0, 1.0])
