"""Structure: how a text is written, whatever it speaks of. Shares and rates only, so that length says nothing."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mailroom.features.matcher import Evidence

_KINDS = ("<amount>", "<date>", "<number>", "<percent>", "<currency>", "<email>", "<url>", "<iban>", "<time>")
_MARKS = "?!:"
SHORT_LINE = 40
"""Characters; forms and tables have lines shorter than that, letters have longer ones."""

LINE_FEATURES = ("short_lines", "digit_lines", "colon_lines", "tabular_lines")
Floats = npt.NDArray[np.float64]


def structure_names(cues: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns of `structure`."""
    kinds = tuple(kind.strip("<>") for kind in _KINDS)
    return (*kinds, "digits", "question_marks", "exclamation_marks", "colons", *LINE_FEATURES, *cues)


def structure(texts: Sequence[str], typed: Sequence[str], evidence: Evidence) -> Floats:
    """Describe a batch.

    Args:
        texts: Cleansed texts, already cut to the length that is read.
        typed: Their typed texts.
        evidence: What the word lists found in them, for the cues.

    Returns:
        (documents, features): rates per hundred tokens, damped by log(1 + x); shares of lines and characters.
    """
    words = np.array([[text.count(" ") + 1] for text in typed], dtype=np.float64)
    kinds = np.array([[text.count(kind) for kind in _KINDS] for text in typed], dtype=np.float64)
    marks = np.array([[text.count(mark) for mark in _MARKS] for text in texts], dtype=np.float64)
    digits = np.array([[_digit_share(text)] for text in typed])
    lines = np.array([_line_shares(text) for text in texts])
    rates = [np.log1p(100 * counts / words) for counts in (kinds, marks, evidence.cues)]
    return np.hstack([rates[0], digits, rates[1], lines, rates[2]])


def _digit_share(typed: str) -> float:
    return sum(map(typed.count, ("<amount>", "<number>", "<date>"))) / (typed.count(" ") + 1)


def _line_shares(text: str) -> tuple[float, ...]:
    lines = [line for line in text.splitlines() if line] or [""]
    count = len(lines)
    return (
        sum(len(line) < SHORT_LINE for line in lines) / count,
        sum(line[-1:].isdigit() for line in lines) / count,
        sum(line[-1:] == ":" for line in lines) / count,
        sum("  " in line or "\t" in line or "|" in line for line in lines) / count,
    )
