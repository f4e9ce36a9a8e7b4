"""What each step of cleansing and extraction costs for a document of 2 KB."""

from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.textprep import documents
from benchmarks.textprep.timing import Cost, cost
from mailroom.extract import extract, sniff, text_of
from mailroom.textprep import PREP_VERSION, cleanse
from mailroom.textprep.language import identify
from mailroom.textprep.versions import rules_of


def measure() -> dict[str, dict[str, Cost]]:
    """Costs by document, then by step."""
    letters = {"English (ASCII)": documents.letter("en"), "German": documents.letter("de")}
    letters |= {"Russian": documents.letter("ru"), "German, dirty": documents.dirty_letter()}
    german = documents.letter("de")
    return {name: {step: cost(call, german) for step, call in _steps(text)} for name, text in letters.items()}


def _steps(text: str) -> Iterator[tuple[str, Callable[[], object]]]:
    data = text.encode()
    for rule in rules_of(PREP_VERSION):
        yield rule.name, partial(rule.apply, text)
    yield "language", lambda: identify(text)
    yield "cleanse: all of these", lambda: cleanse(text)
    yield "sniff", lambda: sniff(data)
    yield "extract", lambda: extract(data)
    yield "text_of: extract and cleanse", lambda: text_of(data)
