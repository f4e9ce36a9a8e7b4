"""Finds every phrase of a lexicon in one pass per document, by an Aho-Corasick automaton."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import ahocorasick_rs
import numpy as np
import numpy.typing as npt
from scipy import sparse

from mailroom.features.lexicon import CUES, TIERS, Lexicon

HEAD_CHARACTERS = 250
"""A document names itself in its first lines: names found there are counted apart, and the first of all once more."""

PLACES = ("first", "head", *TIERS)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the word lists found in a batch.

    Attributes:
        distinct: (documents, classes, places): different phrases seen, places as in `PLACES`.
        cues: (documents, cues): occurrences of each manner of writing.
    """

    distinct: Floats
    cues: Floats


class Matcher:
    """A compiled lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.labels = lexicon.groups(cues=False)
        self.cues = lexicon.groups(cues=True)
        patterns = sorted({phrase.text for phrase in lexicon.phrases})
        self._automaton = ahocorasick_rs.AhoCorasick(
            patterns, implementation=ahocorasick_rs.Implementation.DFA, store_patterns=False
        )
        places = {pattern: number for number, pattern in enumerate(patterns)}
        self._tell = np.zeros((len(patterns), len(self.labels) * len(TIERS)))
        self._cue = np.zeros((len(patterns), len(self.cues)))
        for phrase in lexicon.phrases:
            row = places[phrase.text]
            if phrase.tier == CUES:
                self._cue[row, self.cues.index(phrase.group)] = 1
            else:
                column = self.labels.index(phrase.group) * len(TIERS) + TIERS.index(phrase.tier)
                self._tell[row, column] = 1

    def evidence(self, typed: Sequence[str]) -> Evidence:
        """Match a batch.

        Args:
            typed: Typed texts (`mailroom.features.typed`).
        """
        found = self._matches(typed)
        head = found.where(found.starts < HEAD_CHARACTERS)
        counts = self._counts(found, len(typed))
        cues = np.asarray(counts @ self._cue)
        counts.data[:] = 1.0
        told = np.asarray(counts @ self._tell).reshape(len(typed), len(self.labels), len(TIERS))
        heading = self._counts(head, len(typed))
        heading.data[:] = 1.0
        names = np.asarray(heading @ self._names)
        return Evidence(
            np.concatenate([self._first(head, len(typed)), names[:, :, None], told], axis=2), cues
        )

    @property
    def _names(self) -> Floats:
        return self._tell[:, :: len(TIERS)]

    def _first(self, head: "_Matches", documents: int) -> Floats:
        naming = head.where(self._names.any(axis=1)[head.patterns])
        order = np.lexsort(
            (-naming.ends, naming.starts, naming.documents)
        )  # the longest of those that start first
        rows, places = np.unique(naming.documents[order], return_index=True)
        first = np.zeros((documents, len(self.labels), 1))
        first[rows, :, 0] = self._names[naming.patterns[order][places]]
        return first

    def _counts(self, found: "_Matches", documents: int) -> sparse.csr_matrix:
        ones = np.ones(len(found.patterns))
        shape = (documents, len(self._tell))
        return sparse.csr_matrix((ones, (found.documents, found.patterns)), shape=shape)

    def _matches(self, typed: Sequence[str]) -> "_Matches":
        find = self._automaton.find_matches_as_indexes
        found = [find(f" {text} ", overlapping=True) for text in typed]
        documents = np.repeat(np.arange(len(found)), [len(matches) for matches in found])
        flat = np.array(list(chain.from_iterable(found)), dtype=np.int64).reshape(-1, 3)
        return _Matches(documents, flat[:, 0], flat[:, 1], flat[:, 2])


@dataclass(frozen=True, slots=True)
class _Matches:
    """One entry per match: document, pattern, first and last character."""

    documents: Integers
    patterns: Integers
    starts: Integers
    ends: Integers

    def where(self, chosen: npt.NDArray[np.bool_]) -> "_Matches":
        return _Matches(self.documents[chosen], self.patterns[chosen], self.starts[chosen], self.ends[chosen])
