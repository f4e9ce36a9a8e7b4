"""Counts of words and word pairs, made once for all documents; a fold takes its rows and vocabulary from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TermCounts:
    """How often each document has each term.

    Attributes:
        words: The first columns.
        pairs: (pairs, 2): the other columns, as places in `words`.
        counts: (documents, terms), CSR.
    """

    words: tuple[str, ...]
    pairs: Integers
    counts: sparse.csr_matrix

    def names(self, columns: Integers) -> list[str]:
        """Terms as scikit-learn calls them: a word, or two words with a space between."""
        return [self._name(int(column)) for column in columns]

    def at_least(self, documents: int) -> "TermCounts":
        """Only the terms that occur in so many documents."""
        kept = np.flatnonzero(np.bincount(self.counts.indices, minlength=self.counts.shape[1]) >= documents)
        single, double = kept[kept < len(self.words)], kept[kept >= len(self.words)] - len(self.words)
        # A pair of kept words only: each word of a pair occurs wherever the pair does.
        pairs = np.searchsorted(single, self.pairs[double])
        words = tuple(self.words[column] for column in single)
        return TermCounts(words, pairs, _columns(self.counts, kept))

    def joined(self, more: "TermCounts") -> "TermCounts":
        """These documents, then those; terms are those of both."""
        words = sorted({*self.words, *more.words})
        numbers = {word: number for number, word in enumerate(words)}
        own = [np.array([numbers[word] for word in part.words], np.int64) for part in (self, more)]
        keys = [
            number[part.pairs[:, 0]] * len(words) + number[part.pairs[:, 1]]
            for number, part in zip(own, (self, more), strict=True)
        ]
        every = np.union1d(*keys)
        columns = [
            np.concatenate([number, len(words) + np.searchsorted(every, key)])
            for number, key in zip(own, keys, strict=True)
        ]
        width = len(words) + len(every)
        rows = [
            sparse.csr_matrix(
                (part.counts.data, column[part.counts.indices], part.counts.indptr),
                shape=(part.counts.shape[0], width),
            )
            for part, column in zip((self, more), columns, strict=True)
        ]
        pairs = np.stack([every // len(words), every % len(words)], axis=1)
        return TermCounts(tuple(words), pairs, sparse.vstack(rows, format="csr"))

    def _name(self, column: int) -> str:
        if column < len(self.words):
            return self.words[column]
        first, second = self.pairs[column - len(self.words)]
        return f"{self.words[first]} {self.words[second]}"


@dataclass(frozen=True)
class Weighted:
    """TF-IDF of a fold.

    Attributes:
        columns: (terms,): those of the counts that are in the fold's vocabulary.
        idf: (terms,).
        train: (train, terms).
        test: (test, terms).
    """

    columns: Integers
    idf: Floats
    train: sparse.csr_matrix
    test: sparse.csr_matrix


def count_terms(typed: Sequence[str]) -> TermCounts:
    """Count words, and pairs of words that follow each other.

    Columns are in the order of the words: what other documents there are changes nothing in how a fold is summed up.

    Args:
        typed: Texts whose words are separated by single spaces.
    """
    numbers = _Numbers()
    rows = [list(map(numbers.__getitem__, text.split())) for text in typed]
    lengths = [len(row) for row in rows]
    sorted_words = sorted(numbers)
    ranks = np.empty(len(numbers), dtype=np.int64)
    ranks[[numbers[word] for word in sorted_words]] = np.arange(len(numbers))
    words = ranks[np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=sum(lengths))]
    documents = np.repeat(np.arange(len(rows)), lengths)
    same = documents[1:] == documents[:-1]
    keys, pairs = np.unique(words[:-1][same] * len(numbers) + words[1:][same], return_inverse=True)
    places = np.concatenate([documents, documents[1:][same]]), np.concatenate([words, pairs + len(numbers)])
    ones = np.ones(len(places[0]), dtype=np.float32)
    counts = sparse.csr_matrix((ones, places), shape=(len(rows), len(numbers) + len(keys)))
    size = max(len(numbers), 1)
    return TermCounts(tuple(sorted_words), np.stack([keys // size, keys % size], axis=1), counts)


def tfidf(counts: TermCounts, train: Integers, test: Integers, *, fewest: int, most: int) -> Weighted:
    """Choose a vocabulary and weigh it, as scikit-learn's `TfidfVectorizer(sublinear_tf=True)` does.

    Args:
        counts: Of all documents.
        train: Places whose documents the vocabulary and its weights are learnt from.
        test: Places that are weighed only.
        fewest: Documents that a term occurs in at least.
        most: Terms, the commonest.
    """
    from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415 - heavy, and only training pays

    learnt = counts.counts[train]
    columns = _vocabulary(learnt, fewest, most)
    learnt = _columns(learnt, columns)
    weigh = TfidfTransformer(sublinear_tf=True).fit(learnt)
    tested = _columns(counts.counts[test], columns)
    if len(test):  # scikit-learn refuses to weigh nothing, and a final fit tests nothing
        tested = weigh.transform(tested)
    return Weighted(columns, weigh.idf_, weigh.transform(learnt), tested)


def _vocabulary(counts: sparse.csr_matrix, fewest: int, most: int) -> Integers:
    common = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= fewest)
    if len(common) <= most:
        return common
    totals = np.bincount(counts.indices, weights=counts.data, minlength=counts.shape[1])[common]
    return np.sort(common[np.argsort(-totals, kind="stable")[:most]])


def _columns(counts: sparse.csr_matrix, columns: Integers) -> sparse.csr_matrix:
    """Some columns in rising order; scipy's own indexing takes four times as long for a hundred thousand of them."""
    number = np.full(counts.shape[1], -1, dtype=counts.indices.dtype)
    number[columns] = np.arange(len(columns))
    kept = number[counts.indices] >= 0
    ends = np.concatenate([[0], np.cumsum(kept)])[counts.indptr]
    content = counts.data[kept], number[counts.indices[kept]], ends
    return sparse.csr_matrix(content, shape=(counts.shape[0], len(columns)))


class _Numbers(dict[str, int]):
    """A new word gets the next number."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]
