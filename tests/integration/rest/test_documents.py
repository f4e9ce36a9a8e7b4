"""Documents of every kind through the real door: parsers in their processes, pages through OCR."""

import io

import httpx
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from tests.integration.rest.server import Serving

WORDS = "Thank you for your request.\nWe are pleased to make you\nan offer for ten chairs."
ID = "7f0c"


def page(kind: str) -> bytes:
    """The words as the picture of a page."""
    picture = Image.new("L", (1000, 500), 255)
    ImageDraw.Draw(picture).multiline_text(
        (60, 60), WORDS, fill=0, font=ImageFont.load_default(size=48), spacing=24
    )
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def pdf() -> bytes:
    """The words as a PDF with a text layer."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=14)
    document.multi_cell(0, 8, WORDS)
    return bytes(document.output())


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("words.txt", WORDS.encode(), "text/plain"),
        ("words.html", f"<html><body><p>{WORDS}</p></body></html>".encode(), "text/html"),
        ("words.eml", f"From: a@example.org\nTo: b@example.org\nSubject: x\n\n{WORDS}".encode(), "message/rfc822"),
        ("words.pdf", pdf(), "application/pdf"),
        ("words.png", page("PNG"), "image/png"),
        ("words.tiff", page("TIFF"), "image/tiff"),
        ("words.jpg", page("JPEG"), "image/jpeg"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_document_is_labelled_whatever_it_is(
    service: Serving, name: str, content: bytes, media_type: str
) -> None:
    """The same words get the same label as text, as HTML, as a mail, as PDF and as the picture of a page."""
    files = {"file": (name, content)}
    answer = httpx.post(f"{service.url}/classify", files=files, headers={"x-request-id": ID}, timeout=120)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["label"], found["department"], found["media_type"]) == ("offer", "procurement", media_type)
    assert (answer.headers["x-request-id"], found["file_name"], found["language"]) == (ID, name, "en")
