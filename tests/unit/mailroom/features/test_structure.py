"""Structure: rates and shares that say nothing of length or subject."""

import numpy as np
import pytest

from mailroom.features.batch import TextBatch
from mailroom.features.lexicon import Lexicon, Phrase
from mailroom.features.matcher import Matcher
from mailroom.features.structure import structure_names

MATCHER = Matcher(Lexicon((Phrase(" please ", "polite", "cues"), Phrase(" invoice ", "invoice", "names"))))


def described(text: str) -> dict[str, float]:
    """The structure features of one text by name."""
    row = TextBatch([text]).described(MATCHER)[0]
    names = structure_names(MATCHER.cues)
    return dict(zip(names, row[-len(names) :].tolist(), strict=True))


def test_rates_are_per_hundred_tokens_and_damped() -> None:
    """One amount among four tokens is a rate of 25, as ln 26."""
    found = described("total 12.50 please pay")
    assert found["amount"] == pytest.approx(3.2580965)
    assert found["polite"] == pytest.approx(3.2580965)
    assert found["digits"] == 0.25


def test_line_shapes_are_shares() -> None:
    """Of four lines three are short, one ends with a colon, one with a digit, one has columns."""
    found = described("Items:\na | b\nnumber 7\n" + "long " * 20)
    assert (found["short_lines"], found["colon_lines"], found["digit_lines"], found["tabular_lines"]) == (
        0.75,
        0.25,
        0.25,
        0.25,
    )


def test_length_alone_changes_nothing() -> None:
    """The same text ten times over has the same structure."""
    once, often = described("total 12.50 please pay\n"), described("total 12.50 please pay\n" * 10)
    assert list(once.values()) == pytest.approx(list(often.values()), rel=0.05)


def test_an_empty_text_has_finite_features() -> None:
    """Nothing divides by nothing."""
    assert np.isfinite(TextBatch(["", "\n\n"]).described(MATCHER)).all()
