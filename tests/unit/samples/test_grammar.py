"""The slot grammar: alternatives, slots, counts, joins and cases."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.errors import BrokenSampleData
from samples.grammar import compile_template, slots_of


class FixedScope:
    """Knows one phrase list and draws in order."""

    def __init__(self, seed: int = 0) -> None:
        self.random = Random(seed).random

    def fill(self, name: str) -> str:
        """The name itself, in angle brackets."""
        return f"<{name}>"

    def fill_many(self, name: str, count: int) -> list[str]:
        """Numbered names."""
        return [f"{name}{number}" for number in range(count)]


def _filled(source: str, seed: int = 0) -> str:
    return compile_template(source)(FixedScope(seed))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain", "plain"),
        ("a {b} c", "a <b> c"),
        ("{fact:2}", "fact0 fact1"),
        ("{fact:2/n}", "fact0\nfact1"),
        ("{fact:2/p}", "fact0\n\nfact1"),
        ("{fact:2/-}", "- fact0\n- fact1"),
        ("{fact:2/1}", "1. fact0\n2. fact1"),
        ("{fact:2/,}", "fact0, fact1"),
        ("{fact:0}", ""),
        ("{b^} {b_}", "<B> <b>"),
        ("{fact:1~}", "Fact0"),
        ("{n:7-7}", "7"),
        ("a | b", "a | b"),
        ("[same|same]", "same"),
        ("[{b}[x|x]|<b>x]", "<b>x"),
    ],
)
def test_a_template_fills(source: str, text: str) -> None:
    """Every form of the grammar gives its text."""
    assert _filled(source) == text


@pytest.mark.parametrize("source", ["[a|b", "a]", "{open", "{two words}", "{fact:2/x}", "{}"])
def test_a_broken_template_is_refused(source: str) -> None:
    """An open bracket, an unreadable slot or an unknown join is an error of the data."""
    with pytest.raises(BrokenSampleData):
        compile_template(source)


@given(seed=st.integers(0, 1000))
def test_an_alternative_is_one_of_its_options(seed: int) -> None:
    """Nothing but the options comes out, the empty one included."""
    assert _filled("[a|b[1|2]|]", seed) in {"a", "b1", "b2", ""}


@given(seed=st.integers(0, 1000))
def test_a_number_stays_within_its_bounds(seed: int) -> None:
    """Both bounds belong to it."""
    assert 3 <= int(_filled("{n:3-5}", seed)) <= 5


def test_both_bounds_of_a_number_come() -> None:
    """A hundred draws reach the lowest and the highest number."""
    assert {_filled("{n:3-5}", seed) for seed in range(100)} == {"3", "4", "5"}


def test_all_counts_between_the_bounds_come() -> None:
    """One, two and three phrases all occur."""
    assert {len(_filled("{fact:1-3}", seed).split()) for seed in range(100)} == {1, 2, 3}


def test_slots_of_a_template_are_named() -> None:
    """Counts, joins and cases are not part of a name."""
    assert slots_of("{a} [x {b_c:2-3/n}|{d2^}]") == {"a", "b_c", "d2"}
