"""From bytes or a text to a document."""

import pytest

from classifier_service.intake import Intake, Original
from classifier_service.refusal import Refusal
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Position, ScannedDocument, Source, TextDocument
from mailroom.extract import Limits, extract
from mailroom.extract.results import Extracted
from mailroom.streams.clock import FakeClock
from tests.unit.classifier_service.fakes import page

INTAKE = Intake(extract, 1, FakeClock(), Limits(max_characters=30))
NOW = "2026-01-01T00:00:00.000Z"


def test_a_file_becomes_a_cleansed_text() -> None:
    """With what its bytes are, whatever was declared; a folder in its name is left out."""
    original = Original("a", b"<p>wir bestel-<br>len</p>", "in/brief.html", "text/plain", Position("t", 1, 2))
    document = INTAKE.document(original)
    assert isinstance(document, TextDocument)
    assert (document.id, document.text, document.prep_version, document.cleansed_at) == (
        "a",
        "wir bestellen",
        1,
        NOW,
    )
    assert document.source == Source(
        topic="t",
        partition=1,
        offset=2,
        media_type="text/html",
        size=25,
        sha256="4e98358642951f3150726e7361ce9d6b1c20ef04a4961f7fc05e87ad55087c1c",
        received_at=NOW,
        file_name="brief.html",
    )


def test_a_text_is_cleansed_and_cut() -> None:
    """As the text of a file would be; half a surrogate pair does no harm."""
    document = INTAKE.document(Original("a", "  wir\r\nbestel-\r\nlen " + "x" * 50 + "\ud800"))
    assert isinstance(document, TextDocument)
    assert document.text == "wir\nbestellen xxxxxxxxxx"
    assert (document.source.media_type, document.source.topic) == ("text/plain", "")


def test_pages_become_a_scan() -> None:
    """With their bytes, to be read by OCR."""
    content = page(frames=3)
    document = INTAKE.document(Original("a", content, "fax.txt"))
    assert isinstance(document, ScannedDocument)
    assert (document.content, document.pages, document.source.media_type) == (content, 3, "image/tiff")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"%PDF-1.4", "truncated"), (b"\x00\x01\xfe" * 99, "unknown-media-type")],
)
def test_what_is_no_document_is_refused(content: bytes, reason: str) -> None:
    """With its reason."""
    refusal = INTAKE.document(Original("a", content))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


def test_a_parser_that_breaks_concerns_its_document_alone() -> None:
    """Its words are left out: they may quote the document."""

    def breaks(data: bytes, *, declared: str | None = None, file_name: str | None = None) -> Extracted:
        raise RuntimeError(f"{data!r} {declared} {file_name}")

    assert Intake(breaks, 1, FakeClock()).document(Original("a", b"secret")) == Refusal(
        Reason.UNPARSABLE, "the document could not be read: send another copy (RuntimeError)", "RuntimeError"
    )
