"""Rules about lines: boilerplate white space, and words broken at the end of a line."""

import functools
import re

# "Ein- und Ausgang", "pre- and post-war": the hyphen stands for a word left out, and the line end is chance.
_CONJUNCTIONS = "und|oder|bzw|sowie|and|or|et|ou|en|of|och|eller|og|oraz|lub"


def squeeze(text: str) -> str:
    """Runs of blanks become one, lines lose blanks at both ends, more than one blank line becomes one."""
    # Tables part their columns by one tab each: a replacement is ten times as fast as the expression.
    text = text.replace("\t", " ")
    # Halving runs until none is left beats an expression too, by far: a thousand blanks take ten turns.
    while "  " in text:
        text = text.replace("  ", " ")
    if " \n" in text:
        text = text.replace(" \n", "\n")
    if "\n " in text:
        text = text.replace("\n ", "\n")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip(" \n")


def join_hyphenated(text: str) -> str:
    """Join a word that a hyphen breaks at the end of a line: small letters on both sides, two at least.

    Capitals and digits stay as they are ("A-", "B 12"; "E-", "Mail"; "XR-", "200"): there the hyphen belongs to the
    name or code. So do hyphens before a conjunction ("Ein-", "und Ausgang").
    """
    if "-\n" not in text:
        return text
    return _broken_word().sub(_joined, text)


def _joined(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    return "" if text[start - 1].islower() and text[end].islower() else match[0]


@functools.cache
def _broken_word() -> re.Pattern[str]:
    letters = r"[^\W\d_]{2}"
    # What is plain comes first: the engine looks for that as fast as memory is read.
    return re.compile(rf"-\n(?<={letters}-\n)(?={letters})(?!(?:{_CONJUNCTIONS})(?:\s|$))")
