"""Mending of text that was decoded with the wrong encoding ("fÃ¼r" for "für"), by ftfy.

ftfy's own test for such text takes some 400 microseconds for 2 KB with any letter beyond ASCII, so that only lines
are shown to it in which a sign of mojibake is seen: the first byte of a UTF-8 sequence followed by a continuation
byte, both as the single-byte encodings of Western and Central Europe, Cyrillic Windows, DOS and Macintosh show them,
or a C1 control character.
"""

import functools
import re

from mailroom.textprep import characters

# The first byte of a UTF-8 sequence as it shows in Latin-1 and Windows-1252, -1250 and -1251, Mac Roman and DOS.
_FIRST = "\u00c2-\u00f4\u0102\u0139\u0420\u0421\u221a\u00ac\u201a\u251c\u252c\u0393"
# The bytes 0x80 to 0xBF as they show there; no small letter of Russian is among them.
_NEXT = (
    "\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2116\u2122"
    "\u0104\u0105\u013d\u013e\u0141\u0142\u015a\u015b\u015e\u015f\u0164\u0165\u0179-\u017c\u02c7\u02d8\u02db\u02dd"
    "\u0402-\u040f\u0452-\u045f\u0490\u0491"
)
_FEW = 50
"""Looking for so many pairs takes as long as an expression does that knows them all."""

_NEXT_IN_DOS_AND_MACINTOSH = "\u2500-\u25a0\u00c4\u00c7\u03b1-\u03c9\u222b\u2260\u221e"


def mend(text: str) -> str:
    """Mend mojibake line by line; lines without a sign of it stay as they are."""
    if text.isascii() or not _may_show_sign(text):
        return text
    return "\n".join([_mended(line) for line in text.split("\n")])


def _may_show_sign(text: str) -> bool:
    suspects = characters.unusual(text)
    if _control().search(suspects):
        return True
    # Characters that stand side by side here may be lines apart in the text.
    pairs = set(_pairs().findall(suspects))
    if _sequence().search(text) if len(pairs) > _FEW else any(pair in text for pair in pairs):
        return True
    return ("\u00c3" in suspects or "\u00c2" in suspects) and _lost_blank(text)


def _shows_sign(line: str) -> bool:
    return bool(_sequence().search(line) or _control().search(line)) or _lost_blank(line)


def _lost_blank(text: str) -> bool:
    # A no-break space after the first byte is often a plain blank by the time it gets here.
    return "\u00c3 " in text or "\u00c2 " in text


def _mended(line: str) -> str:
    if line.isascii() or not _shows_sign(line):
        return line
    import ftfy  # noqa: PLC0415 - most texts never need it

    return ftfy.fix_encoding(_surrogate().sub("\ufffd", line))


@functools.cache
def _sequence() -> re.Pattern[str]:
    return re.compile(f"[{_FIRST}][{_NEXT}{_NEXT_IN_DOS_AND_MACINTOSH}]")


@functools.cache
def _pairs() -> re.Pattern[str]:
    """Every sequence, overlapping ones too."""
    return re.compile(f"(?=({_sequence().pattern}))")


@functools.cache
def _control() -> re.Pattern[str]:
    return re.compile("[\x80-\x9f]")


@functools.cache
def _surrogate() -> re.Pattern[str]:
    return re.compile("[\ud800-\udfff]")
