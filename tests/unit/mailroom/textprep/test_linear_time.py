"""Hostile texts of 300,000 characters: quadratic work would run into the time limit, linear work ends in a second."""

import pytest

from mailroom.textprep import cleanse

_LENGTH = 300_000
_UNITS = {
    "blanks": " ",
    "tabs and letters": "\ta",
    "line feeds": "\n",
    "blank lines with blanks": " \n",
    "carriage returns": "\r",
    "broken words": "ab-\n",
    "hyphens at line ends": "-\n",
    "soft hyphens and blanks": "\u00ad ",
    "soft hyphens at line ends": "\u00ad\n",
    "first bytes of UTF-8": "\u00c3",
    "mojibake in one line": "\u00c3\u00bc",
    "mojibake in every line": "\u00c3\u00bc\n",
    "mojibake around zero-width": "\u00c3\u200b\u00bc",
    "zero-width": "\u200b",
    "accents to be sorted": "\u0301\u0323",
    "letters that are accents": "\u0f73\u0f74",
    "accents beyond the basic plane": "\U0001d165\U00011046",
    "ligatures": "\ufb03 ",
    "ligature of eighteen letters": "\ufdfa",
    "surrogates": "\ud800",
    "C1 controls": "\x85x",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", [pytest.param(unit, id=name) for name, unit in _UNITS.items()])
def test_hostile_text_takes_linear_time(unit: str) -> None:
    """Whatever a text repeats, cleansing ends, and a second cleansing agrees with the first."""
    clean = cleanse((unit * _LENGTH)[:_LENGTH])

    assert clean.text == cleanse(clean.text).text


@pytest.mark.timeout(60)
def test_repairs_that_uncover_repairs_end() -> None:
    """Mojibake nested twenty thousand deep around zero-width spaces is left half-mended rather than mended for ever."""
    depth = 20_000

    clean = cleanse("\u00e2" * depth + "\u20ac\u2039" * depth)

    assert "mojibake" in clean.steps
