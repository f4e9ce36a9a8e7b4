"""`linear-text`: TF-IDF of words and word pairs, then one linear layer; what scikit-learn fits, without it.

Term frequency is 1 + ln(count), or 1 for whatever occurs (`frequency: once`); each row has length 1 (Salton & Buckley
1988). Words become numbers by one dictionary,
pairs by one sorted array: a batch costs one look-up per token in Python, all else is compiled.
"""

import math
from collections.abc import Sequence
from itertools import chain, pairwise, repeat

import numpy as np
import numpy.typing as npt

from mailroom.features.batch import TextBatch
from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import PackageIncomplete
from mailroom.model_package.runtimes.base import Floats, array_of, log_softmax, temperature_of, text_of

Integers = npt.NDArray[np.int64]
NAME = "linear-text"
LOG, ONCE = "log", "once"
"""How often a term occurs: damped, or not counted."""


class Vocabulary:
    """Words and pairs of words; the columns of every matrix are the words, then the pairs."""

    def __init__(self, words: Sequence[str], pairs: Integers) -> None:
        self.size = len(words) + len(pairs)
        self._words = len(words)
        self._ids = dict(zip(words, range(len(words)), strict=True))
        keys = pairs[:, 0] * len(words) + pairs[:, 1]
        order = np.argsort(keys)
        self._pair_keys = keys[order]
        self._pair_columns = order + len(words)

    def terms(self, typed: Sequence[str]) -> tuple[Integers, Integers, Integers]:
        """Which terms occur how often: the parts of a sparse matrix (documents, terms) in compressed rows.

        Returns:
            Columns (entries,), counts (entries,), and where each document's entries begin and end (documents + 1,).
        """
        ids, documents = self._numbered(typed)
        known = ids >= 0
        pairs, starts = self._pairs(ids, documents)
        keys = np.concatenate([documents[known] * self.size + ids[known], starts * self.size + pairs])
        keys.sort()
        changes = np.ones(len(keys) + 1, dtype=bool)
        np.not_equal(keys[1:], keys[:-1], out=changes[1:-1])
        edges = changes.nonzero()[0]
        found = keys[edges[:-1]]
        bounds = found.searchsorted(np.arange(len(typed) + 1) * self.size)
        return found % self.size, edges[1:] - edges[:-1], bounds

    def _numbered(self, typed: Sequence[str]) -> tuple[Integers, Integers]:
        numbers = [list(map(self._ids.get, text.split(" "), repeat(-1))) for text in typed]
        documents = np.repeat(np.arange(len(typed)), [len(row) for row in numbers])
        return np.fromiter(chain.from_iterable(numbers), dtype=np.int64, count=len(documents)), documents

    def _pairs(self, ids: Integers, documents: Integers) -> tuple[Integers, Integers]:
        first, second, starts = ids[:-1], ids[1:], documents[:-1]
        neighbours = (first >= 0) & (second >= 0) & (starts == documents[1:])
        keys = first[neighbours] * self._words + second[neighbours]
        places = np.searchsorted(self._pair_keys, keys)
        places[places == len(self._pair_keys)] = 0
        known = self._pair_keys[places] == keys if len(self._pair_keys) else np.zeros(len(keys), dtype=bool)
        return self._pair_columns[places[known]], starts[neighbours][known]


class LinearText:
    """The runtime."""

    def __init__(self, description: RuntimeDescription, labels: Sequence[str]) -> None:
        words = text_of(description, "vocabulary").split("\n")
        self._vocabulary = Vocabulary(words, _pairs_of(description, len(words)))
        terms = self._vocabulary.size
        self._idf = array_of(description, "idf", terms).astype(np.float64)
        self._coefficients = array_of(description, "coefficients", terms, len(labels))
        self._intercept = array_of(description, "intercept", len(labels))
        self._temperature = temperature_of(description)
        self._once = _frequency_of(description) == ONCE

    def log_probabilities(self, batch: TextBatch) -> Floats:
        """(documents, labels)."""
        columns, counts, bounds = self._vocabulary.terms(batch.typed)
        weights = self._idf[columns] * (1.0 if self._once else 1.0 + np.log(counts))
        scores = np.zeros((len(batch), len(self._intercept)))
        # Row by row: a sparse product first makes doubles of every coefficient, which for one document takes longest.
        for place, (start, end) in enumerate(pairwise(bounds.tolist())):
            own = weights[start:end]
            if length := math.sqrt(own @ own):
                scores[place] = own @ self._coefficients[columns[start:end]] / length
        return log_softmax(scores + self._intercept, self._temperature)


def describe(
    terms: Sequence[str], idf: Floats, coefficients: Floats, intercept: Floats
) -> RuntimeDescription:
    """A fitted TF-IDF and linear layer as data for this runtime.

    Pairs are kept as numbers of their words: reading 200,000 terms back then takes a twentieth of the time. A word that
    only occurs in pairs gets a column without weight.

    Args:
        terms: Words, and pairs joined by a space, as scikit-learn names features.
        idf: (terms,).
        coefficients: (terms, labels).
        intercept: (labels,).
    """
    pairs = {place: term.split(" ", 1) for place, term in enumerate(terms) if " " in term}
    single = {term: place for place, term in enumerate(terms) if " " not in term}
    words = sorted(single.keys() | set(chain.from_iterable(pairs.values())))
    numbers = {word: number for number, word in enumerate(words)}
    weights = np.hstack([idf[:, None], coefficients])
    blank = np.zeros(weights.shape[1])
    rows = [weights[single[word]] if word in single else blank for word in words]
    table = np.vstack([*rows, weights[list(pairs)]]).astype(np.float32)
    arrays = {
        "idf": table[:, 0].copy(),
        "coefficients": table[:, 1:].copy(),
        "intercept": intercept.astype(np.float32),
        "pairs": np.array([[numbers[word] for word in pair] for pair in pairs.values()], np.int32).reshape(
            -1, 2
        ),
    }
    return RuntimeDescription(NAME, arrays=arrays, texts={"vocabulary": "\n".join(words)})


def _frequency_of(description: RuntimeDescription) -> str:
    value = description.parameters.get("frequency", LOG)
    if value not in (LOG, ONCE):
        raise PackageIncomplete(f"{NAME}: frequency {value!r} is neither {LOG} nor {ONCE}: train it again")
    return str(value)


def _pairs_of(description: RuntimeDescription, words: int) -> Integers:
    pairs = description.arrays.get("pairs")
    if pairs is None or pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype != np.int32:  # noqa: PLR2004 - a pair
        raise PackageIncomplete(f"{NAME}: pairs is no table of word numbers: train it again")
    if len(pairs) and not (pairs.min() >= 0 and pairs.max() < words):
        raise PackageIncomplete(f"{NAME}: pairs names words that the vocabulary lacks: train it again")
    return pairs.astype(np.int64)
