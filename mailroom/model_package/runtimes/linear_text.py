"""`linear-text`: TF-IDF of words and word pairs, then one linear layer; what scikit-learn fits, without it.

Term frequency is 1 + ln(count), each row has length 1 (Salton & Buckley 1988). Words become numbers by one dictionary,
pairs by one sorted array: a batch costs one look-up per token in Python, all else is compiled.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mailroom.features.batch import TextBatch
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.runtimes.base import Floats, array_of, log_softmax, temperature_of, text_of

Integers = npt.NDArray[np.int64]
NAME = "linear-text"


class Vocabulary:
    """Terms of one or two words; column i of every matrix is line i of the vocabulary."""

    def __init__(self, terms: Sequence[str]) -> None:
        singles = [(column, term) for column, term in enumerate(terms) if " " not in term]
        pairs = [(column, term.split(" ", 1)) for column, term in enumerate(terms) if " " in term]
        self.size = len(terms)
        words = dict.fromkeys(
            chain((term for _, term in singles), chain.from_iterable(pair for _, pair in pairs))
        )
        self._ids = _Ids((word, number) for number, word in enumerate(words))
        self._columns = np.full(len(words) + 1, -1, dtype=np.int64)  # the last entry answers for id -1
        self._columns[[self._ids[term] for _, term in singles]] = [column for column, _ in singles]
        keys = np.array([self._key(first, second) for _, (first, second) in pairs], dtype=np.int64)
        order = np.argsort(keys)
        self._pair_keys = keys[order]
        self._pair_columns = np.array([column for column, _ in pairs], dtype=np.int64)[order]

    def counts(self, typed: Sequence[str]) -> sparse.csr_matrix:
        """Term counts: (documents, terms)."""
        ids, documents = self._numbered(typed)
        singles = self._columns[ids]
        pairs, starts = self._pairs(ids, documents)
        rows = np.concatenate([documents[singles >= 0], starts])
        columns = np.concatenate([singles[singles >= 0], pairs])
        ones = np.ones(len(rows), dtype=np.float64)
        return sparse.csr_matrix(
            (ones, (rows, columns)), shape=(len(typed), self.size)
        )  # sums repeated entries

    def _numbered(self, typed: Sequence[str]) -> tuple[Integers, Integers]:
        numbers = [list(map(self._ids.__getitem__, text.split(" "))) for text in typed]
        documents = np.repeat(np.arange(len(typed)), [len(row) for row in numbers])
        return np.fromiter(chain.from_iterable(numbers), dtype=np.int64, count=len(documents)), documents

    def _pairs(self, ids: Integers, documents: Integers) -> tuple[Integers, Integers]:
        first, second, starts = ids[:-1], ids[1:], documents[:-1]
        neighbours = (first >= 0) & (second >= 0) & (starts == documents[1:])
        keys = first[neighbours] * len(self._columns) + second[neighbours]
        places = np.searchsorted(self._pair_keys, keys)
        places[places == len(self._pair_keys)] = 0
        known = self._pair_keys[places] == keys if len(self._pair_keys) else np.zeros(len(keys), dtype=bool)
        return self._pair_columns[places[known]], starts[neighbours][known]

    def _key(self, first: str, second: str) -> int:
        return self._ids[first] * len(self._columns) + self._ids[second]


class _Ids(dict[str, int]):
    def __missing__(self, word: str) -> int:
        return -1


class LinearText:
    """The runtime."""

    def __init__(self, description: RuntimeDescription, labels: Sequence[str]) -> None:
        self._vocabulary = Vocabulary(text_of(description, "vocabulary").split("\n"))
        terms = self._vocabulary.size
        self._idf = array_of(description, "idf", terms)
        self._coefficients = array_of(description, "coefficients", terms, len(labels))
        self._intercept = array_of(description, "intercept", len(labels))
        self._temperature = temperature_of(description)

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels)."""
        weights = self._vocabulary.counts(batch.typed)
        weights.data = (1.0 + np.log(weights.data)) * self._idf[weights.indices]
        lengths = np.sqrt(weights.multiply(weights).sum(axis=1)).A1
        scores = np.asarray(weights @ self._coefficients) / np.where(lengths > 0, lengths, 1.0)[:, None]
        return log_softmax(scores + self._intercept, self._temperature)
