"""What happens to text on its way: lower case, lost accents, OCR errors, wrapping, redaction, cut ends.

The same shares for every label: noise must never give a label away.
"""

import re
import textwrap
import unicodedata
from random import Random

_OCR_SWAPS = {
    "l": "1", "O": "0", "o": "0", "I": "l", "i": "j", "e": "c", "c": "e", "s": "5", "S": "5", "B": "8",
    "m": "rn", "n": "ri", "h": "b", "a": "o", "u": "v", "t": "f", "0": "O", "1": "l", "5": "S", ".": ",",
    ",": ".", "ü": "ii", "ö": "6", "ä": "a", "é": "e", "è": "e", "ñ": "n", "ß": "B",
}  # fmt: skip
_MASKS = ("XXXX", "XX/XX/XXXX", "[NAME]", "*****", "[redacted]", "____")
_DROPPED = re.compile(r"[^\w\s@€$£%]")
_CAPITAL_OR_NUMBER = re.compile(r"\b(?:[A-ZÄÖÜÉ]\w+ [A-ZÄÖÜÉ]\w+|\d[\d./-]{3,})\b")
_LONG = 1200


def add_noise(text: str, rng: Random) -> str:
    """Return the text as one of many channels would deliver it; most often unchanged."""
    channel = rng.choices(_CHANNELS, _CHANNEL_SHARES)[0]
    flow = rng.choices(_FLOWS, _FLOW_SHARES)[0]
    return flow(channel(text, rng), rng)


def _unchanged(text: str, _rng: Random) -> str:
    return text


def _upper(text: str, _rng: Random) -> str:
    return text.replace("ß", "ss").upper()


def _lower(text: str, _rng: Random) -> str:
    return text.lower()


def _plain_words(text: str, _rng: Random) -> str:
    """Lower case, no punctuation, one line: how ticket exports and prepared data look."""
    return " ".join(_DROPPED.sub(" ", text).lower().split())


def _misread(text: str, rng: Random) -> str:
    share = rng.choice((0.005, 0.01, 0.02, 0.04, 0.08, 0.15))
    return "".join(
        _OCR_SWAPS.get(char, "" if char.isalpha() else char) if rng.random() < share else char
        for char in text
    )


def _without_accents(text: str, _rng: Random) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("ß", "ss"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _redacted(text: str, rng: Random) -> str:
    mask = rng.choice(_MASKS)
    return _CAPITAL_OR_NUMBER.sub(lambda match: mask if rng.getrandbits(1) else match.group(), text)


def _wrapped(text: str, rng: Random) -> str:
    """Hard line ends, as mail programs and scanners leave them."""
    width = rng.choice((58, 66, 72, 78))
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(line, width, break_long_words=False) if len(line) > width else [line]
    return "\n".join(lines)


def _one_line(text: str, _rng: Random) -> str:
    return " ".join(text.split())


def _cut(text: str, rng: Random) -> str:
    """A long text without its end."""
    if len(text) < _LONG:
        return text
    return text[: rng.randrange(len(text) // 2, len(text))].rsplit(" ", 1)[0]


_CHANNELS = (_unchanged, _plain_words, _misread, _without_accents, _redacted, _upper, _lower)
_CHANNEL_SHARES = (68, 8, 8, 4, 4, 3, 5)
_FLOWS = (_unchanged, _wrapped, _one_line, _cut)
_FLOW_SHARES = (63, 25, 7, 5)
