"""Tesseract reads pages of known words, in four languages and four orientations."""

from collections.abc import Callable

import pytest
from PIL import Image

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.ocr import OcrEngine, tesseract
from mailroom.extract.ocr.tesseract import has_letters, weighted_confidence

DrawnPage = Callable[[str], Image.Image]

LETTERS = {
    "en": "Dear Sir or Madam,\nplease find enclosed our invoice for the delivery of March.\nKind regards",
    "de": "Sehr geehrte Damen und Herren,\nanbei erhalten Sie die Rechnung für die Lieferung.\nViele Grüße",
    "fr": "Madame, Monsieur,\nvous trouverez ci-joint la facture de la dernière livraison.\nÀ bientôt",
    "es": "Estimados señores,\nadjuntamos la factura de la última reparación del año.\nUn cordial saludo",
}

WORDS = {
    "en": {"Madam,", "invoice", "delivery", "regards"},
    "de": {"geehrte", "Rechnung", "für", "Grüße"},
    "fr": {"Monsieur,", "facture", "dernière", "bientôt"},
    "es": {"señores,", "factura", "reparación", "año."},
}


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_reads_known_words(engine: OcrEngine, drawn_page: DrawnPage, language: str) -> None:
    """A clean page is read with its accents without being told which of the four languages it is in."""
    reading = engine.read(drawn_page(LETTERS[language]))

    assert WORDS[language] <= set(reading.text.split())
    assert reading.confidence > 0.8
    assert reading.rotation == 0


def test_empty_page_is_empty_text(engine: OcrEngine) -> None:
    """A white page has no text, no confidence, and raises nothing."""
    reading = engine.read(Image.new("L", (1240, 1754), 255))

    assert (reading.text, reading.confidence) == ("", 0.0)


def test_page_without_letters_is_empty_text(engine: OcrEngine, drawn_page: DrawnPage) -> None:
    """What has no letter in it is not a text: a page of figures counts as empty."""
    assert engine.read(drawn_page("1234 5678 9234")).text == ""


def test_faded_print_beside_black_margins_is_read(engine: OcrEngine, drawn_page: DrawnPage) -> None:
    """Where one threshold for the page drowns faint print, one for each region finds it."""
    faint = drawn_page(LETTERS["en"]).convert("L").point(lambda shade: 200 if shade < 128 else 235)
    faint.paste(0, (0, faint.height - 40, faint.width, faint.height))
    faint.paste(0, (0, 0, 30, faint.height))

    assert "invoice" in engine.read(faint).text.lower()


def test_slow_page_is_refused(drawn_page: DrawnPage, engine: OcrEngine) -> None:
    """A page over the limit is refused as too slow instead of holding up the stream."""
    hasty = tesseract(page_seconds=0.001)

    with pytest.raises(MalformedRecord) as refusal:
        hasty.read(drawn_page("\n".join([LETTERS["en"]] * 8)))

    assert refusal.value.reason == Reason.TOO_SLOW


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_page_is_read(engine: OcrEngine, drawn_page: DrawnPage, rotation: int) -> None:
    """A page that went through the scanner sideways or upside down is turned and read; the turn is told."""
    turned = drawn_page("\n".join([LETTERS["de"]] * 2)).rotate(-rotation, expand=True)

    reading = engine.read(turned)

    assert WORDS["de"] <= set(reading.text.split())
    assert reading.rotation == rotation


def test_slow_page_leaves_the_engine_usable(drawn_page: DrawnPage, engine: OcrEngine) -> None:
    """After a page was given up, the same engine reads the next one."""
    hasty = tesseract(page_seconds=0.001)
    with pytest.raises(MalformedRecord):
        hasty.read(drawn_page(LETTERS["en"]))

    hasty.page_seconds = 60

    assert WORDS["en"] <= set(hasty.read(drawn_page(LETTERS["en"])).text.split())


def test_colour_page_is_read(engine: OcrEngine, drawn_page: DrawnPage) -> None:
    """Pages come in any mode of image."""
    assert WORDS["es"] <= set(engine.read(drawn_page(LETTERS["es"]).convert("CMYK")).text.split())


def test_confidence_weighs_words_by_length() -> None:
    """A long word counts for more than the speck beside it; no word at all is no confidence."""
    assert weighted_confidence([("invoice", 90), (".", 10)]) == pytest.approx(0.8)
    assert weighted_confidence([]) == 0.0


@pytest.mark.parametrize(("text", "expected"), [("12 | .", False), ("é", True), ("", False)])
def test_has_letters(text: str, expected: bool) -> None:
    """Digits, bars and dots are no letters; an accented one is."""
    assert has_letters(text) is expected
