"""Typed text: words as they are, and one placeholder for whatever differs from document to document.

An amount, a date, an IBAN or a customer number tells by its kind, not by its digits. Redactions and template
fields (`XXXX`, `<name>`) tell only where a text was collected, so they vanish. Every reader of words (TF-IDF, word
lists, structure) starts from this one form: folded tokens separated by single spaces.
"""

import re

from mailroom.features.folding import fold

MAX_CHARACTERS = 20_000
"""What lies beyond is not read: a document says what it is well before, and a batch must stay bounded."""

_CACHE_LIMIT = 100_000
"""Chunks kept, some ten megabytes: every document brings words that nobody has seen, and memory must stay flat."""
_LONGEST = 64
"""Characters; longer chunks are no words: their kind is told by the beginning, and they are not worth keeping."""
_DIGITS = bytes.maketrans(b"123456789", b"000000000")

_APOSTROPHES = "'\u2019"  # Swiss thousands
_MONEY = r"(?:[$€£¥]|eur|usd|gbp|chf|rm|us\$)"
_AMOUNT = rf"0{{1,3}}(?:[.,{_APOSTROPHES}]?000)*[.,]00"
_PRICED = rf"{_MONEY}\W?0[0.,{_APOSTROPHES}-]*|0[0.,{_APOSTROPHES}]*\W?{_MONEY}"
_DATE = r"(?:0{1,2}|x{2})([./-])(?:0{1,2}|x{2})\1(?:0000|00|x{4})|0000([./-])00\2 ?00"
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("<email>", re.compile(r"[\W_]*(?:mailto:)?[^@\s]+@[^@\s]+\.[a-z]{2,}\W*")),
    ("<url>", re.compile(r"\W*(?:(?:https?|ftp)\W{3}\S+|www\.\S+)")),
    ("<iban>", re.compile(r"(?:iban\W*)?[a-z]{2}00(?:[a-z]{0,4}0[0-9a-z]{10,28})\W*")),
    (
        "<date>",
        re.compile(
            r"\W*(?:(?:0{1,2}|x{2})([./-])(?:0{1,2}|x{2})\1(?:0000|00|x{4})|0000([./-])00\2 ?00)(?:t00:00\S*)?\W*"
        ),
    ),
    ("", re.compile(r"[\W_]*(?:x{2,}[\W_x]*|(?:<[a-z_]+>|\{+[$a-z_]+\}+|\[[a-z_]+\])[\W_]*)")),
    ("<time>", re.compile(r"\W*0{1,2}[:h]00(?::00)?(?:am|pm|h)?\W*")),
    ("<percent>", re.compile(r"\W*0+(?:[.,]0+)?%\W*")),
    ("<amount>", re.compile(rf"[(+\W-]*(?:{_PRICED}|{_AMOUNT}(?:{_MONEY})?)\W*")),
    ("<number>", re.compile(r"[\W_]*0[0\W_]*")),
)
_PIECES = re.compile(r"[^\W\d_]+|0+(?:[.,]0+)*")
_CURRENCIES = frozenset({"eur", "euro", "euros", "usd", "gbp", "chf", "rm", "cad", "aud", "myr", "jpy"})
_SYMBOLS = frozenset("$€£¥")


def typed_text(text: str) -> str:
    """Turn a text into typed tokens separated by single spaces.

    Args:
        text: Cleansed text; the first `MAX_CHARACTERS` characters are read.

    Returns:
        For example `rechnung nr <number> vom <date> summe <amount> <currency>`.
    """
    # On the bytes: `str.translate` is thirty times slower as soon as one character is not ASCII.
    folded = fold(text[:MAX_CHARACTERS]).encode("utf-8", "surrogatepass").translate(_DIGITS)
    chunks = folded.decode("utf-8", "surrogatepass").split()
    return " ".join(filter(None, map(_TYPED.__getitem__, chunks)))


def typed_phrase(phrase: str) -> str:
    """The typed form of a word-list phrase: the same rules, so that the two meet."""
    return typed_text(phrase)


class _TypedChunks(dict[str, str]):
    """Chunks already typed. Digits are zeros by now, so a few hundred shapes cover nearly every number."""

    def __missing__(self, chunk: str) -> str:
        typed = _typed(chunk)
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        if len(chunk) <= _LONGEST:
            self[chunk] = chunk if typed == chunk else typed  # most are: one string, not two
        return typed


def _typed(chunk: str) -> str:
    for kind, pattern in _KINDS:
        if pattern.fullmatch(chunk, 0, _LONGEST):
            return kind
    if chunk in _SYMBOLS:
        return "<currency>"
    return " ".join(_word(piece) for piece in _PIECES.findall(chunk))


def _word(piece: str) -> str:
    if piece[0] == "0":
        return "<number>"
    return "<currency>" if piece in _CURRENCIES else piece


_TYPED = _TypedChunks()
