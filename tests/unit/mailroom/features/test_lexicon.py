"""Word lists: how files are read, and what is refused."""

from pathlib import Path

import pytest

from mailroom.features.lexicon import Lexicon, Phrase, WordListInvalid, load_lexicon


def write(folder: Path, name: str, text: str) -> None:
    """Put one word list into a folder."""
    (folder / name).write_text(text, encoding="utf-8")


def test_phrases_become_typed_patterns(tmp_path: Path) -> None:
    """Spaces bound words; a star leaves an end open; case and accents go; `no` is a word."""
    write(tmp_path, "complaint.yaml", 'es: {names: [Reclamación, "*queja", "reembols*"], telling: [no]}')
    assert load_lexicon(tmp_path).phrases == (
        Phrase(" reclamacion ", "complaint", "names"),
        Phrase(" reembols", "complaint", "names"),
        Phrase("queja ", "complaint", "names"),
        Phrase(" no ", "complaint", "telling"),
    )


def test_a_users_folder_adds_to_a_class(tmp_path: Path) -> None:
    """A file of the same name in a further folder adds phrases, it does not replace the list."""
    base, extra = tmp_path / "base", tmp_path / "extra"
    base.mkdir()
    extra.mkdir()
    write(base, "offer.yaml", "en: {names: [quote]}")
    write(extra, "offer.yaml", "it: {names: [preventivo]}")
    texts = [phrase.text for phrase in load_lexicon(base, extra=extra).phrases]
    assert texts == [" preventivo ", " quote "]


def test_a_users_folder_without_lists_is_refused(tmp_path: Path) -> None:
    """A mistyped folder must not pass for one without additions."""
    with pytest.raises(WordListInvalid, match="no word lists there"):
        load_lexicon(extra=tmp_path / "absent")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- a\n- b", "write languages"),
        ("en: {nmaes: [quote]}", "the tiers are names, strong, telling"),
        ("en: {names: quote}", "write a list of phrases"),
        ("en: {names: [quote", "not readable as YAML"),
    ],
)
def test_a_file_of_another_form_is_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    """The message names the file and says what to write."""
    write(tmp_path, "offer.yaml", text)
    with pytest.raises(WordListInvalid, match=rf"offer\.yaml.*{complaint}"):
        load_lexicon(tmp_path)


def test_a_lexicon_survives_json() -> None:
    """What travels in a package is what was read."""
    lexicon = load_lexicon()
    assert Lexicon.from_json(lexicon.to_json()) == lexicon


def test_every_class_speaks_four_languages() -> None:
    """The lists that ship name every class in every language."""
    lexicon = load_lexicon()
    names = {(phrase.group, phrase.text) for phrase in lexicon.phrases if phrase.tier == "names"}
    assert {
        ("invoice", " factura "),
        ("offer", " devis "),
        ("purchase_order", " bestellung "),
        ("job_application", " lebenslauf "),
        ("complaint", " reclamacion "),
        ("service_request", " support ticket "),
        ("other", " compte rendu "),
    } <= names


def test_only_the_wanted_labels_and_the_cues_remain() -> None:
    """A model of two labels carries no lists of the other five."""
    lexicon = load_lexicon().for_labels(["invoice", "offer"])
    assert lexicon.groups(cues=False) == ("invoice", "offer")
    assert "greeting" in lexicon.groups(cues=True)
