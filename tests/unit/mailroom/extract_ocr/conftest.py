"""A page of known words in each language, and the engine that reads it."""

import io
from collections.abc import Callable

import pytest
from fpdf import FPDF
from PIL import Image
from pypdfium2 import PdfDocument

from mailroom.contracts.errors import MailroomError
from mailroom.extract.ocr import OcrEngine, tesseract

PdfOf = Callable[..., bytes]
DrawnPage = Callable[[str], Image.Image]


@pytest.fixture(scope="session")
def engine() -> OcrEngine:
    """Tesseract, once for all tests."""
    try:
        return tesseract()
    except MailroomError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def pdf_of() -> PdfOf:
    """A function that typesets texts, one to a page, as a PDF."""

    def typeset(*texts: str) -> bytes:
        pdf = FPDF()
        # A core font: it has the accents, and the renderer brings it, whatever the machine has installed.
        pdf.set_font("Helvetica", size=13)
        for text in texts:
            pdf.add_page()
            pdf.multi_cell(0, 9, text)
        return bytes(pdf.output())

    return typeset


@pytest.fixture(scope="session")
def drawn_page(pdf_of: PdfOf) -> DrawnPage:
    """A function that draws a text on a page of A4 at 200 dots per inch."""

    def draw(text: str) -> Image.Image:
        document = PdfDocument(pdf_of(text))
        image: Image.Image = document[0].render(scale=200 / 72, grayscale=True).to_pil()
        document.close()
        return image

    return draw


@pytest.fixture(scope="session")
def scan_of(drawn_page: DrawnPage) -> PdfOf:
    """A function that makes a PDF of pictures of texts, one to a page: as a scanner would."""

    def scan(*texts: str) -> bytes:
        first, *others = [drawn_page(text) for text in texts]
        out = io.BytesIO()
        first.save(out, "PDF", resolution=200, save_all=True, append_images=others)
        return out.getvalue()

    return scan
