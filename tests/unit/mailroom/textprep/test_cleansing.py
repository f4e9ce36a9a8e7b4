import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.textprep import PREP_VERSION, SUPPORTED_PREP_VERSIONS, CleanText, cleanse

# Pieces that the rules act on, so that the search meets their combinations.
_PIECES = st.sampled_from(
    [
        *(
            "-\n",
            "\n",
            "\r",
            "\r\n",
            " ",
            "\t",
            "\u00a0",
            "\u00ad",
            "\u200b",
            "\ufeff",
            "und",
            "ab",
            "Ab",
            "A",
            "7",
        ),
        *(
            "\u00c3\u00bc",
            "\u00c3",
            "\u00bc",
            "\u00c3 ",
            "\u00e2\u201a\u00ac",
            "\u00e2\u20ac\u2039",
            "\x85",
            "\x9f",
        ),
        *(
            "\u0301",
            "e",
            "\ufb01",
            "\uff21",
            "\uff9e",
            "\uff76",
            "\ud800",
            "\u1112\u1161",
            "\u2010",
            "\U0001d400",
        ),
        *("\ufdfa", "\u221a\u00b6"),
    ],
)
_TEXTS = st.one_of(st.text(st.characters()), st.lists(_PIECES, max_size=30).map("".join))


@settings(deadline=None)
@given(_TEXTS)
def test_cleansing_twice_changes_nothing(text: str) -> None:
    """Cleansed text passes through the rules unchanged, whatever it was made from."""
    once = cleanse(text)
    twice = cleanse(once.text)

    assert (once.text, ()) == (twice.text, twice.steps)


@settings(deadline=None)
@given(_TEXTS)
def test_cleansed_text_is_tidy(text: str) -> None:
    """No control, zero-width or unusual blank survives, and the text is in NFC."""
    clean = cleanse(text).text

    assert unicodedata.is_normalized("NFC", clean)
    assert not any(
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in clean.replace("\n", "")
    )
    assert not any(
        forbidden in clean for forbidden in ("\t", "  ", " \n", "\n ", "\n\n\n", "\ufeff", "\u200b", "\u00a0")
    )


@settings(deadline=None)
@given(_TEXTS)
def test_steps_are_empty_exactly_when_nothing_changed(text: str) -> None:
    """The record of what was done is honest: no step for a clean text, one at least for any other."""
    clean = cleanse(text)

    assert (clean.text == text) == (not clean.steps)


def test_the_result_is_a_whole_record() -> None:
    """Text, language, steps and version come back together."""
    actual = cleanse("Bitte senden Sie uns die Rech-\r\nnung f\u00c3\u00bcr M\u00e4rz.  ")

    assert (
        CleanText(
            text="Bitte senden Sie uns die Rechnung f\u00fcr M\u00e4rz.",
            language="de",
            steps=("line-ends", "mojibake", "white-space", "hyphenation"),
            prep_version=1,
        )
        == actual
    )


def test_an_unknown_version_is_refused_with_its_reason() -> None:
    """Records of a version that this code does not carry are dead-lettered, not mangled."""
    with pytest.raises(MalformedRecord, match="prep_version 99 is not known here") as refusal:
        cleanse("text", version=99)

    assert refusal.value.reason == Reason.UNSUPPORTED_PREP_VERSION


def test_the_current_version_is_carried() -> None:
    """What is written can be read."""
    assert PREP_VERSION in SUPPORTED_PREP_VERSIONS
