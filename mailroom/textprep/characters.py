"""Rules about single characters: which are folded, which are dropped, and how the rest are composed.

Text is brought to NFC, not NFKC: NFKC would turn "m²" into "m2", "№" into "No" and an acute accent that stands alone
into a blank with a combining accent. Only compatibility forms that come from type-setting and keyboards are folded, by
their own NFKC: ligatures, full- and half-width forms, Arabic presentation forms, mathematical letters. Every kind of
blank becomes a blank, every kind of line or page end a line feed; characters without a shape (controls, zero-width,
byte-order marks, direction marks, variation selectors, tags) are dropped.
"""

import functools
import re
import unicodedata
from collections.abc import Mapping

_FOLDED_BY_NFKC = ((0xFB00, 0xFB06), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC), (0xFF01, 0xFFEF), (0x1D400, 0x1D7FF))
_DROPPED = (
    (0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C),
    (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
    (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF),
    (0xE0000, 0xE0FFF),
)  # fmt: skip
_REPLACED = (
    ("\n", ((0x0B, 0x0C), (0x85, 0x85), (0x2028, 0x2029))),
    (" ", ((0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000))),
    ("-", ((0x2010, 0x2011),)),
    # Bullets of the symbol fonts that office programs put into the private use area.
    ("\u2022", ((0xF0A7, 0xF0A7), (0xF0B7, 0xF0B7))),
    ("\ufffd", ((0xD800, 0xDFFF),)),
)  # fmt: skip

_BEYOND_ASCII = 0x80
_BEYOND_BASIC_PLANE = 0x10000
_CODES = range(0x300, 0x1F000)
_STREAM_SAFE = 30

_SOFT_HYPHEN_AT_LINE_END = re.compile("\u00ad[ \t]*+\n[ \t]*+(?=\\S)")


_USUAL = bytes([*range(0x20, 0x7F), *b"\t\n"])


@functools.lru_cache(maxsize=1)
def unusual(text: str) -> str:
    """The characters of a text that are not printable ASCII, run together: what most rules need not look beyond.

    Taken out on the UTF-8 bytes, because that costs 2 nanoseconds a character and a regular expression over the
    whole text several times as much; the last answer is kept, because each rule in turn asks for the same text.
    """
    return text.encode("utf-8", "surrogatepass").translate(None, _USUAL).decode("utf-8", "surrogatepass")


def unify_line_ends(text: str) -> str:
    """Turn carriage returns, with a line feed or without, into line feeds."""
    if "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")


def fold(text: str) -> str:
    """Fold compatibility forms and blanks, drop characters without a shape, join at soft hyphens."""
    if text.isascii():
        return text.translate(_ascii_table())
    if not _special().search(unusual(text)):
        return text
    text = _SOFT_HYPHEN_AT_LINE_END.sub("", text)
    table = _table()
    return _special().sub(lambda run: run[0].translate(table), text)


def compose(text: str) -> str:
    """Compose letters and accents (NFC); of more than thirty accents in a row, the first thirty stay.

    Thirty is what Unicode calls stream-safe (UAX 15, section 13): sorting the accents on one letter takes quadratic
    time, and no language writes more than a few.
    """
    if text.isascii():
        return text
    if _perhaps_heaped().search(unusual(text)):
        text = _heap_of_marks().sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


@functools.cache
def _table() -> Mapping[int, str | None]:
    table: dict[int, str | None] = {}
    for first, last in _FOLDED_BY_NFKC:
        table |= {code: _folded(chr(code)) for code in range(first, last + 1)}
    for substitute, ranges in _REPLACED:
        table |= {code: substitute for first, last in ranges for code in range(first, last + 1)}
    return table | {code: None for first, last in _DROPPED for code in range(first, last + 1)}


def _folded(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    # Spacing forms of accents fold to a blank and a combining accent, which would glue to their neighbour.
    return character if folded.startswith(" ") else folded


@functools.cache
def _ascii_table() -> Mapping[int, str | None]:
    return {code: substitute for code, substitute in _table().items() if code < _BEYOND_ASCII}


@functools.cache
def _special() -> re.Pattern[str]:
    ranges = [*_FOLDED_BY_NFKC, *_DROPPED, *(pair for _, ranges in _REPLACED for pair in ranges)]
    return re.compile("[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges) + "]+")


@functools.cache
def _heap_of_marks() -> re.Pattern[str]:
    marks = "[" + "".join(f"\\U{code:08x}" for code in _CODES if _is_mark(code)) + "]"
    return re.compile(f"({marks}{{{_STREAM_SAFE}}}){marks}+")


@functools.cache
def _perhaps_heaped() -> re.Pattern[str]:
    # A negated class within the basic plane compiles to one table look-up a character, ten times as fast as the exact
    # one; it takes whatever lies beyond the plane for a mark.
    edges = [code for code in range(_BEYOND_BASIC_PLANE) if _is_mark(code) != _is_mark(code - 1)]
    bounds = [0, *edges, _BEYOND_BASIC_PLANE]
    letters = "".join(
        f"\\u{first:04x}-\\u{after - 1:04x}" for first, after in zip(bounds[::2], bounds[1::2], strict=True)
    )
    return re.compile(f"[^{letters}]{{{_STREAM_SAFE + 1}}}")


def _is_mark(code: int) -> bool:
    # A few characters count as letters and decompose into marks alone: hence the look at the decomposed form.
    return code in _CODES and unicodedata.combining(unicodedata.normalize("NFD", chr(code))[0]) > 0
