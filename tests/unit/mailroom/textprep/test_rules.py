import pytest

from mailroom.textprep import characters, layout, mojibake


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rech-\nnung", "Rechnung"),
        ("zwei-\nund dreifach", "zwei-\nund dreifach"),
        ("Ein-\nundzwanzig", "Einundzwanzig"),
        ("A-\nB 12", "A-\nB 12"),
        ("E-\nMail", "E-\nMail"),
        ("GROSS-\nBUCHSTABEN", "GROSS-\nBUCHSTABEN"),
        ("XR-\n200", "XR-\n200"),
        ("SAP-\nmodul", "SAP-\nmodul"),
        ("a-\nb", "a-\nb"),
        ("Stra\u00dfen-\n\u00fcberf\u00fchrung", "Stra\u00dfen\u00fcberf\u00fchrung"),
        ("ab-\ncd-\nef", "abcdef"),
        ("Summe -\nnetto", "Summe -\nnetto"),
        ("Zeile-\n\nneu", "Zeile-\n\nneu"),
    ],
)
def test_only_broken_words_are_joined(text: str, expected: str) -> None:
    """A hyphen at a line's end goes where it breaks a word of small letters, and stays in codes, names and pairs."""
    assert expected == layout.join_hyphenated(text)


@pytest.mark.parametrize(
    "text",
    [
        "Caf\u00e9 \u00e0 la carte, \u00c2ge, ma\u00eetre \u2013 na\u00efve",
        "\u201eGr\u00f6\u00dfe \u00c4\u201c, 5 \u20ac, \u00a7 7",
        "S\u00c3O PAULO, ma\u00e7\u00e3 e p\u00e3o",
        "Dodac\u00ed list \u010d. 12, p\u0159\u00edloha",
        "\u0420\u043e\u0441\u0441\u0438\u044f, \u0421\u0447\u0451\u0442 \u2116 7",
        "5 m\u00b2, 20 \u00b0C, \u00bd, \u00b1 3 \u00b5m, \u00a9 \u00ae \u2122",
    ],
)
def test_good_text_is_not_mended(text: str) -> None:
    """Letters that often start mojibake are left alone where they are meant."""
    assert text == mojibake.mend(text)


def test_thirty_accents_on_a_letter_stay() -> None:
    """A heap of accents is cut where Unicode's stream-safe format cuts it."""
    assert characters.compose("x" + "\u0301" * 40) == "x" + "\u0301" * 30


def test_unusual_characters_are_what_is_not_printable_ascii() -> None:
    """The rules look at these alone, in their order."""
    assert characters.unusual("a\u00fcb\x00 \ud800\n\u20ac~") == "\u00fc\x00\ud800\u20ac"


def test_one_blank_line_stays() -> None:
    """Two blank lines become one; one stays one."""
    assert layout.squeeze("a\n\n\nb\n\nc") == "a\n\nb\n\nc"
