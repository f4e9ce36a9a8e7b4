"""What the templates say, in every language."""

from pathlib import Path

import pytest
from jinja2 import Environment

import console
from console.journey import ACTS
from console.pages.review import SAID
from console.web.languages import catalogue, chosen

TEMPLATES = sorted((Path(console.__path__[0]) / "templates").glob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_sentence_of_a_template_is_translated(template: Path) -> None:
    """German has each sentence, with the same places to fill."""
    german = catalogue("de").sentences
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found = environment.extract_translations(template.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    for _, _, message in found:
        forms = [message] if isinstance(message, str) else [form for form in message if form]
        sentence = "|".join(forms)
        assert sentence in german, sentence
        assert sentence.count("|") == german[sentence].count("|")
        assert sentence.count("%(") == german[sentence].count("%("), sentence


def test_what_the_code_says_is_translated() -> None:
    """Acts and what was done with a document are told in German too."""
    german = catalogue("de").sentences
    assert [sentence for sentence in (*ACTS.values(), *SAID.values()) if sentence not in german] == []


@pytest.mark.parametrize(
    ("preferred", "accepted", "expected"),
    [
        ("de", "en", "de"),
        ("", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("", "fr, en;q=0.5", "en"),
        ("xx", "", "en"),
        ("", "../../etc", "en"),
    ],
)
def test_the_language_is_one_that_there_is(preferred: str, accepted: str, expected: str) -> None:
    """A visitor's choice, else the first that the browser accepts, else English; nothing else becomes a file's name."""
    assert chosen(preferred, accepted) == expected
