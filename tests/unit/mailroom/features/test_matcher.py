"""The matcher: words not parts of words, different phrases not repetitions, and the first name of all."""

from mailroom.features.lexicon import Lexicon, Phrase
from mailroom.features.matcher import HEAD_CHARACTERS, Matcher

LEXICON = Lexicon(
    (
        Phrase(" invoice ", "invoice", "names"),
        Phrase(" amount due ", "invoice", "strong"),
        Phrase("rechnung ", "invoice", "names"),
        Phrase(" order ", "order", "names"),
        Phrase(" purchase order ", "order", "names"),
        Phrase(" please ", "polite", "cues"),
    )
)


def distinct(text: str) -> dict[str, list[float]]:
    """What was found for each class: first, head, names, strong, telling."""
    matcher = Matcher(LEXICON)
    found = matcher.evidence([text]).distinct[0]
    return {label: list(found[place]) for place, label in enumerate(matcher.labels)}


def test_phrases_match_whole_words_only() -> None:
    """`invoiced` is no `invoice`."""
    assert distinct("invoiced reorder")["invoice"] == [0, 0, 0, 0, 0]


def test_an_open_beginning_finds_compounds() -> None:
    """`*rechnung` finds `stromrechnung`."""
    assert distinct("stromrechnung")["invoice"] == [1, 1, 1, 0, 0]


def test_a_phrase_counts_once_and_neighbours_share_a_space() -> None:
    """Repeating a phrase proves no more; two phrases side by side are both seen."""
    assert distinct("invoice invoice amount due")["invoice"] == [1, 1, 1, 1, 0]


def test_the_first_name_counts_for_its_class_alone() -> None:
    """Of two names in the head, only the earlier one is the title; the longer wins where both start together."""
    found = distinct("purchase order please invoice to")
    assert found["order"] == [1, 2, 2, 0, 0]
    assert found["invoice"] == [0, 1, 1, 0, 0]


def test_beyond_the_head_a_name_is_only_a_name() -> None:
    """A name far down in the text is no title."""
    assert distinct("x " * HEAD_CHARACTERS + "invoice")["invoice"] == [0, 0, 1, 0, 0]


def test_cues_count_every_time() -> None:
    """Manners of writing are counted by occurrence."""
    assert Matcher(LEXICON).evidence(["please order please", ""]).cues.tolist() == [[2.0], [0.0]]


def test_a_batch_without_any_match_is_all_zero() -> None:
    """No text, no evidence."""
    assert Matcher(LEXICON).evidence(["", "nothing"]).distinct.sum() == 0
