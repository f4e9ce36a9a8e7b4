"""A document is read page by page by whatever engine it is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from PIL import Image

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.ocr import LANGUAGES, OcrEngine, OcrPage, read_document

PdfOf = Callable[..., bytes]


@dataclass
class Dictated:
    """An engine that answers texts given beforehand."""

    texts: list[str]
    name: str = "dictated"

    def read(self, page: Image.Image, *, languages: Sequence[str] = LANGUAGES) -> OcrPage:  # noqa: ARG002
        return OcrPage(self.texts.pop(0), 0.5, 0)


def test_pages_are_joined_by_a_blank_line(scan_of: PdfOf) -> None:
    """Pages keep their order, and an empty one leaves no trace in the text."""
    document = read_document(scan_of("1", "2", "3"), "application/pdf", Dictated(["one", "", "three"]))

    assert document.text == "one\n\nthree"
    assert [page.text for page in document.pages] == ["one", "", "three"]
    assert document.engine == "dictated"


def test_document_without_letters_is_empty_text(scan_of: PdfOf) -> None:
    """Where no page has a letter, the text is empty: the caller dead-letters it."""
    assert read_document(scan_of("1", "2"), "application/pdf", Dictated(["", ""])).text == ""


def test_a_page_with_a_text_of_its_own_is_not_read(pdf_of: PdfOf) -> None:
    """What a PDF says of a page is better than what an engine makes of its picture."""
    document = read_document(pdf_of("an offer"), "application/pdf", Dictated([]))

    assert document.pages == (OcrPage("an offer", 1.0, 0),)


def test_media_type_without_pages_is_refused() -> None:
    """What cannot be rendered is refused with its reason, before any engine is asked."""
    with pytest.raises(MalformedRecord) as refusal:
        read_document(b"PK", "application/zip", Dictated([]))

    assert refusal.value.reason == Reason.UNSUPPORTED_MEDIA_TYPE


def test_pdf_is_read_by_tesseract(scan_of: PdfOf, engine: OcrEngine) -> None:
    """Two pages in two languages are read from bytes to text."""
    document = read_document(
        scan_of("Please send the invoice.", "Bitte prüfen Sie das Angebot."), "application/pdf", engine
    )

    assert document.text == "Please send the invoice.\n\nBitte prüfen Sie das Angebot."
    assert document.engine.startswith("tesseract 5")
