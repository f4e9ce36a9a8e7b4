"""The generator: the same documents for a seed, every label equally often, every family in every language."""

import itertools
from collections import Counter
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from samples import LABELS, LANGUAGES, Sample, generate
from samples.errors import UnknownChoice
from samples.facts import VALUES, Facts
from samples.generation import tidy
from samples.grammar import slots_of
from samples.library import load_library

DATA = Path(__file__).parents[3] / "samples" / "data"


def _texts(samples: list[Sample]) -> list[str]:
    return [sample.text for sample in samples]


def test_a_seed_gives_the_same_documents_again() -> None:
    """Two runs of one seed agree in every field."""
    assert list(generate(70, 5)) == list(generate(70, 5))


def test_two_seeds_give_different_documents() -> None:
    """No text of one seed comes again in another."""
    assert not set(_texts(list(generate(70, 5)))) & set(_texts(list(generate(70, 6))))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**40), short=st.integers(0, 20))
def test_a_document_does_not_depend_on_how_many_are_asked_for(seed: int, short: int) -> None:
    """Document i of a long run is document i of a short one."""
    assert list(generate(24, seed))[:short] == list(generate(short, seed))


def test_labels_come_equally_often() -> None:
    """Seventy documents hold ten of each label."""
    assert Counter(sample.label for sample in generate(70, 1)) == dict.fromkeys(LABELS, 10)


def test_languages_and_labels_can_be_chosen() -> None:
    """Only what was asked for comes."""
    chosen = list(generate(30, 2, languages=["fr"], labels=["offer", "other"]))
    assert {sample.lang for sample in chosen} == {"fr"}
    assert {sample.label for sample in chosen} == {"offer", "other"}


@pytest.mark.parametrize("choice", [(["xx"], LABELS), (LANGUAGES, ["bill"]), (LANGUAGES, [])])
def test_an_unknown_choice_is_refused(choice: tuple[list[str], list[str]]) -> None:
    """The error names what there is to choose from."""
    with pytest.raises(UnknownChoice, match="choose from"):
        list(generate(1, 1, languages=choice[0], labels=choice[1]))


def test_identifiers_name_seed_and_position() -> None:
    """Ids are stable and say where a document comes from."""
    assert [sample.id for sample in generate(2, 9)] == ["generated-9-0", "generated-9-1"]


def test_source_and_group_name_family_and_layout() -> None:
    """What near-duplicates share stands in the group."""
    sample = next(generate(1, 3))
    assert sample.source == f"generated:{sample.label}-{sample.family}"
    assert sample.group.startswith(f"{sample.label}-{sample.family}-")


def test_breadth_of_the_data() -> None:
    """Every label but the rest has at least 30 families, the rest 70."""
    counts = {label: len(found) for label, found in load_library().families.items()}
    assert min(counts.values()) >= 30
    assert counts["other"] >= 70


def test_every_layout_of_every_family_fills_in_every_language() -> None:
    """No slot stays open, no document is empty, and everything is in Windows-1252."""
    for label, families in load_library().families.items():
        for family in families:
            for layout, lang, turn in itertools.product(family.layouts, LANGUAGES, range(2)):
                rng = Random(f"{label}{family.name}{layout.name}{turn}")
                text = tidy(layout.template(Facts(family, lang, rng)))
                where = f"{label}/{family.name}/{layout.name}/{lang}: {text}"
                assert len(text) >= 5, where
                assert not set("{}") & set(text), where
                assert "|]" not in text, where
                text.encode("cp1252")


def test_every_slot_in_the_data_is_known() -> None:
    """A slot names a phrase of some file or a value: a misspelt one would fail only when it is drawn."""
    phrases: set[str] = set()
    slots: set[str] = set()
    for path in DATA.rglob("*.yaml"):
        _collect(yaml.safe_load(path.read_text(encoding="utf-8")), phrases, slots)
    known = phrases | set(VALUES) | {"n"}
    assert {slot for slot in slots if slot not in known and slot.rstrip("0123456789") not in known} == set()


def _collect(node: object, phrases: set[str], slots: set[str]) -> None:
    if isinstance(node, dict):
        phrases |= {str(key) for key in node}
        for value in node.values():
            _collect(value, phrases, slots)
    elif isinstance(node, list):
        for value in node:
            _collect(value, phrases, slots)
    elif isinstance(node, str):
        slots |= slots_of(node)


def test_every_label_has_documents_of_several_pages() -> None:
    """Length gives no label away: of a hundred documents of each, some are three times as long as its median."""
    lengths: dict[str, list[int]] = {label: [] for label in LABELS}
    for sample in generate(700, 4, noise=False):
        lengths[sample.label].append(len(sample.text))
    for label, found in lengths.items():
        median = sorted(found)[50]
        assert sum(length > 3 * median for length in found) >= 5, label


def test_texts_hardly_repeat() -> None:
    """Of 700 documents no two are the same."""
    texts = _texts(list(generate(700, 8)))
    assert len(set(texts)) == 700
