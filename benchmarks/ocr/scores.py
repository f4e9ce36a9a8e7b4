"""How much of a page was read right.

Both texts are first brought to one form: Unicode NFKC, lower case (`casefold`), every run of white space one space.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of a page, each 0 to 1.

    Attributes:
        characters: 1 - edit distance / length of the truth, at least 0; order counts.
        words: Share of the truth's words (as a bag, split at white space) that the reading has; what a classifier sees.
    """

    characters: float
    words: float


def score(truth: str, reading: str) -> Score:
    """Compare a reading with the truth, which is not empty."""
    expected, actual = normal(truth), normal(reading)
    wrong = Levenshtein.distance(expected, actual) / len(expected)
    words = Counter(expected.split())
    found = (words & Counter(actual.split())).total()
    return Score(max(0.0, 1 - wrong), found / words.total())


def normal(text: str) -> str:
    """The form in which texts are compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
