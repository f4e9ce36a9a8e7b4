"""Typed text: what becomes a placeholder, what vanishes, what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.features import typed
from mailroom.features.typed import MAX_CHARACTERS, typed_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rechnung Nr. 12345 vom 13.07.2018", "rechnung nr <number> vom <date>"),
        ("€1.234,56 EUR 99,00 $73.97 5 73.97€", "<amount> <currency> <amount> <amount> <number> <amount>"),
        ("CHF 1'000.00", "<currency> <amount>"),
        ("2018-03-06 2018-03-06T10:00:00Z 3/6/18", "<date> <date> <date>"),
        ("IBAN: DE89370400440532013000", "iban <iban>"),
        ("INV-0001 7% 19,0% 10:30h", "inv <number> <percent> <percent> <time>"),
        ("a@b.de <a@b.de>, https://x.de/abc www.foo.com.", "<email> <email> <url> <url>"),
        ("Réclamation GRÖSSE straße", "reclamation grosse strasse"),
        ("l'offre don't", "l offre don t"),
        ("", ""),
        ("  \n\t ", ""),
    ],
)
def test_kinds_replace_what_differs_from_document_to_document(text: str, expected: str) -> None:
    """Amounts, dates, numbers and addresses become their kind; words lose case and accents."""
    assert typed_text(text) == expected


@pytest.mark.parametrize("text", ["XXXX", "(XXXX)", "<name>,", "{{first_name}}", "[redacted]", "XX"])
def test_redactions_and_template_fields_vanish(text: str) -> None:
    """Marks that tell only where a text was collected leave no token."""
    assert typed_text(f"dear {text} thanks") == "dear thanks"


def test_redacted_dates_are_dates() -> None:
    """A date whose day was blacked out is still a date."""
    assert typed_text("on XX/XX/2019 and XX/XX/XXXX") == "on <date> and <date>"


@pytest.mark.parametrize("unit", ["x", "x-", "0", "0.", "000,", "-", "a@", "<", "de00", "{{a"])
def test_hostile_repetition_costs_no_more_than_its_length(unit: str) -> None:
    """No pattern backtracks without bound, and no endless chunk is kept."""
    before = len(typed._TYPED)
    typed_text(unit * 5_000 + "a")
    assert len(typed._TYPED) == before


def test_the_memory_of_chunks_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is full it starts anew, and answers stay right."""
    monkeypatch.setattr(typed, "_CACHE_LIMIT", 3)
    assert typed_text("one two three four five one") == "one two three four five one"
    assert len(typed._TYPED) <= 3


def test_only_the_first_characters_are_read() -> None:
    """A document of any length costs no more than the limit."""
    assert typed_text("a" * MAX_CHARACTERS + " invoice") == "a" * MAX_CHARACTERS


@given(st.text())
def test_tokens_are_separated_by_single_spaces(text: str) -> None:
    """Whatever comes in, the result splits at single spaces into tokens that are not empty."""
    tokens = typed_text(text)
    assert tokens == "" or all(tokens.split(" "))
