import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.extract import Limits, PagesFound, TextFound, extract, text_of
from mailroom.textprep import CleanText


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Bitte überprüfen Sie die Größe.", "cp1252"),
        ("Café à la crème, s’il vous plaît", "cp1252"),  # noqa: RUF001
        ("¿Cuándo llegará el envío? ¡Gracias!", "cp1252"),
        ("Betrag: 45,00 € – „sofort“", "cp1252"),  # noqa: RUF001
    ],
)
def test_western_single_bytes(text: str, encoding: str) -> None:
    """Short Western text in Windows-1252 is read right, quotes and euro sign included."""
    assert extract(text.encode("cp1252")) == TextFound("text/plain", text, encoding)


def test_other_single_bytes() -> None:
    """Text in another single-byte encoding is told by its plausibility."""
    text = (
        "Просим подтвердить дату поставки товаров, заказанных на прошлой неделе. Спасибо, отдел снабжения. "
        * 3
    )

    found = extract(text.encode("cp1251"))

    assert isinstance(found, TextFound)
    assert text == found.text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            "Grüße aus Köln\n".encode() * 10 + b"\xff\n" + "Straße".encode(),
            "Grüße aus Köln\n" * 10 + "\ufffd\nStraße",
        ),
        ("Grüße aus Köln\n".encode() * 10 + "Straß".encode()[:-1], "Grüße aus Köln\n" * 10 + "Stra\ufffd"),
    ],
)
def test_a_stray_byte_does_not_lose_the_encoding(data: bytes, expected: str) -> None:
    """One broken byte in a long UTF-8 text, or a cut through its last letter, costs that letter only."""
    assert extract(data) == TextFound("text/plain", expected, "utf-8")


def test_lines_of_two_encodings() -> None:
    """Where whole lines are in another encoding, what was read wrongly is mended line by line."""
    clean = text_of("Grüße aus Köln\n".encode("cp1252") * 5 + "Schöne Straße\n".encode())

    assert isinstance(clean, CleanText)
    assert clean.text == "Grüße aus Köln\n" * 5 + "Schöne Straße"


def test_long_text_is_cut() -> None:
    """Text above the limit is cut, not refused."""
    found = extract(b"word " * 1000, limits=Limits(max_characters=12))

    assert found == TextFound("text/plain", "word word wo", "utf-8")


def test_text_of_cleanses() -> None:
    """Extraction and cleansing in one call."""
    assert text_of("\ufeffDie Rech-\r\nnung ist  falsch.".encode("utf-16-le")) == CleanText(
        text="Die Rechnung ist falsch.",
        language="de",
        steps=("line-ends", "white-space", "hyphenation"),
        prep_version=1,
    )


def test_text_of_leaves_pages_to_ocr(make_image: object) -> None:
    """Where OCR must read first, `text_of` says so."""
    assert callable(make_image)
    assert text_of(make_image("PNG")) == PagesFound("image/png", 1)


def test_text_of_nothing_visible_is_refused() -> None:
    """Marks that cleansing drops are no text."""
    with pytest.raises(MalformedRecord, match="no visible character"):
        text_of("\u3164\u115f".encode())
