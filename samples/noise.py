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
    draw = rng.random()
    if draw < 0.08:  # noqa: PLR2004 - shares of the channels
        text = _plain_words(text)
    elif draw < 0.16:  # noqa: PLR2004
        text = _ocr(text, rng, rng.uniform(0.005, 0.06))
    elif draw < 0.20:  # noqa: PLR2004
        text = _without_accents(text)
    elif draw < 0.24:  # noqa: PLR2004
        text = _redacted(text, rng)
    elif draw < 0.27:  # noqa: PLR2004
        text = text.upper().replace("ẞ", "SS")
    elif draw < 0.32:  # noqa: PLR2004
        text = text.lower()
    return _reflowed(text, rng)


def _plain_words(text: str) -> str:
    """Lower case, no punctuation, one line: how ticket exports and prepared data look."""
    return " ".join(_DROPPED.sub(" ", text).lower().split())


def _ocr(text: str, rng: Random, share: float) -> str:
    return "".join(
        _OCR_SWAPS.get(char, "" if char.isalpha() else char) if rng.random() < share else char
        for char in text
    )


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("ß", "ss"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _redacted(text: str, rng: Random) -> str:
    mask = rng.choice(_MASKS)
    return _CAPITAL_OR_NUMBER.sub(lambda match: mask if rng.random() < 0.5 else match.group(), text)


def _reflowed(text: str, rng: Random) -> str:
    draw = rng.random()
    if draw < 0.25:  # noqa: PLR2004 - a quarter is wrapped as mail programs and scanners leave it
        width = rng.choice((58, 66, 72, 78))
        lines = (textwrap.wrap(line, width, break_long_words=False) if len(line) > width else [line]
                 for line in text.split("\n"))  # fmt: skip
        return "\n".join(part for line in lines for part in (line or [""]))
    if draw < 0.32:  # noqa: PLR2004
        return " ".join(text.split())
    if draw < 0.37 and len(text) > _LONG:  # noqa: PLR2004
        return text[: rng.randrange(len(text) // 2, len(text))].rsplit(" ", 1)[0]
    return text
