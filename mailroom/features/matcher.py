"""Finds every phrase of a lexicon in one pass per document, by an Aho-Corasick automaton."""

from collections.abc import Sequence
from dataclasses import dataclass

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

from mailroom.features.lexicon import CUES, TIERS, Lexicon

HEAD_CHARACTERS = 250
"""A document names itself in its first lines: a name found there is counted in a place of its own."""

PLACES = ("head", *TIERS)

Floats = npt.NDArray[np.float64]


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
        documents, patterns, starts = self._matches(typed)
        from scipy import sparse  # noqa: PLC0415 - keeps the import of word lists light

        shape = (len(typed), self._tell.shape[0])
        counts = sparse.csr_matrix((np.ones(len(patterns)), (documents, patterns)), shape=shape)
        early = starts < HEAD_CHARACTERS
        head = sparse.csr_matrix(
            (np.ones(int(early.sum())), (documents[early], patterns[early])), shape=shape
        )
        cues = np.asarray(counts @ self._cue)
        for matrix in (counts, head):
            matrix.data[:] = 1.0
        everywhere = np.asarray(counts @ self._tell).reshape(len(typed), len(self.labels), len(TIERS))
        names = np.asarray(head @ self._tell[:, :: len(TIERS)])
        return Evidence(np.concatenate([names[:, :, None], everywhere], axis=2), cues)

    def _matches(self, typed: Sequence[str]) -> tuple[npt.NDArray[np.int64], ...]:
        find = self._automaton.find_matches_as_indexes
        found = [find(f" {text} ", overlapping=True) for text in typed]
        documents = np.repeat(np.arange(len(found)), [len(matches) for matches in found])
        flat = np.array([match for matches in found for match in matches], dtype=np.int64).reshape(-1, 3)
        return documents, flat[:, 0], flat[:, 1]
