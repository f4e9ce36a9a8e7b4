"""Counted terms give the TF-IDF that scikit-learn gives from the texts."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from training.documents import LabelledDocument
from training.kernels.terms import count_terms, tfidf

EVERYTHING = 1_000_000


def test_words_and_pairs_are_counted() -> None:
    """Words in their order, then pairs that follow each other within a document, each as often as it occurs."""
    terms = count_terms(["b a b a", "", "a"])
    assert terms.names(np.arange(4)) == ["a", "b", "a b", "b a"]
    assert terms.counts.toarray().tolist() == [[2, 2, 1, 2], [0, 0, 0, 0], [1, 0, 0, 0]]


def test_no_words_at_all() -> None:
    """Documents of redactions only have no terms, which is for whoever fits to complain about."""
    assert count_terms(["", ""]).counts.shape == (2, 0)


@pytest.mark.parametrize("most", [40, EVERYTHING])
def test_it_is_what_scikit_learn_computes(documents: list[LabelledDocument], most: int) -> None:
    """The vocabulary, its weights and both matrices are those of a vectoriser fitted on the texts of the fold."""
    texts = [item.text for item in documents]
    train, test = np.arange(0, 90, 2), np.arange(1, 90, 2)
    found = tfidf(count_terms(texts), train, test, fewest=2, most=most)
    vectoriser = TfidfVectorizer(
        lowercase=False,
        token_pattern=r"\S+",  # noqa: S106 - no password
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=2,
        max_features=None if most == EVERYTHING else most,
    )
    learnt = vectoriser.fit_transform([texts[place] for place in train])
    names = count_terms(texts).names(found.columns)
    shared = [place for place, name in enumerate(names) if name in vectoriser.vocabulary_]
    columns = [vectoriser.vocabulary_[names[place]] for place in shared]
    assert len(names) == len(vectoriser.vocabulary_)
    assert len(shared) >= len(names) - 2  # which of equally common terms stay is nobody's promise
    np.testing.assert_allclose(found.idf[shared], vectoriser.idf_[columns])
    if most == EVERYTHING:
        tested = vectoriser.transform([texts[place] for place in test])
        np.testing.assert_allclose(found.train.toarray()[:, shared], learnt.toarray()[:, columns], rtol=1e-5)
        np.testing.assert_allclose(found.test.toarray()[:, shared], tested.toarray()[:, columns], rtol=1e-5)


def test_counts_of_further_documents_are_joined() -> None:
    """As if all had been counted at once."""
    joined = count_terms(["b a b", "c"]).joined(count_terms(["a d a b", "c"]))
    at_once = count_terms(["b a b", "c", "a d a b", "c"])
    assert joined.words == at_once.words
    assert joined.pairs.tolist() == at_once.pairs.tolist()
    assert joined.counts.toarray().tolist() == at_once.counts.toarray().tolist()


def test_terms_of_single_documents_can_be_left_out() -> None:
    """A pair stays with its words, under their new places."""
    kept = count_terms(["x b a", "b a y", "a z"]).at_least(2)
    assert kept.names(np.arange(3)) == ["a", "b", "b a"]
    assert kept.counts.toarray().tolist() == [[1, 1, 1], [1, 1, 1], [1, 0, 0]]
