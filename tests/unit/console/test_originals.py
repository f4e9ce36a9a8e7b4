"""Pages are drawn in a child process, from whatever a file turns out to be."""

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image

from console.originals import Originals
from departments.store.tables import Document
from mailroom.contracts.errors import MalformedRecord
from mailroom.objects import ObjectStore


@pytest.fixture
def originals(tmp_path: Path) -> Iterator[Originals]:
    """An empty store of originals."""
    with closing(Originals(ObjectStore(f"file://{tmp_path}/objects"))) as opened:
        yield opened


def kept(originals: Originals, data: bytes, media_type: str) -> Document:
    """A document whose original is in the store."""
    uri = originals.store.put(data)
    return Document(id="d", dataref=uri, sha256=uri.rpartition("/")[2], media_type=media_type)


def pdf(pages: int) -> bytes:
    """A PDF in A4 with so many pages."""
    document = FPDF()
    document.set_font("helvetica", size=20)
    for number in range(pages):
        document.add_page()
        document.cell(text=f"Page {number + 1}")
    return bytes(document.output())


def test_pages_of_a_pdf_are_pictures(originals: Originals) -> None:
    """Each page is a JPEG of its own, in the page's proportions; there is none after the last."""
    document = kept(originals, pdf(2), "application/pdf")
    first, second = originals.page(document, 1), originals.page(document, 2)
    assert first is not None
    assert second is not None
    assert first != second
    with Image.open(BytesIO(first)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (827, 1170)
    assert originals.page(document, 3) is None


def test_a_large_picture_is_made_smaller(originals: Originals) -> None:
    """A photograph is shown at the size of a screen."""
    drawn = BytesIO()
    Image.new("RGB", (4_000, 2_000), "white").save(drawn, "PNG")
    page = originals.page(kept(originals, drawn.getvalue(), "image/png"), 1)
    assert page is not None
    with Image.open(BytesIO(page)) as picture:
        assert picture.size == (1_600, 800)


@pytest.mark.security
def test_what_cannot_be_drawn_is_told_and_the_next_page_is_drawn(originals: Originals) -> None:
    """A broken file, one that is something else, and one that is gone have their reasons; the child goes on."""
    with pytest.raises(MalformedRecord) as broken:
        originals.page(kept(originals, b"%PDF-1.7 nothing", "application/pdf"), 1)
    assert broken.value.reason == "truncated"
    with pytest.raises(MalformedRecord) as other:
        originals.page(kept(originals, b"<svg onload='x'/>", "image/svg+xml"), 1)
    assert other.value.reason == "unsupported-media-type"
    gone = kept(originals, b"%PDF-1.7 gone", "application/pdf")
    originals.store.get(str(gone.dataref))
    Path(str(gone.dataref).removeprefix("file://")).unlink()
    with pytest.raises(MalformedRecord) as missing:
        originals.page(gone, 1)
    assert missing.value.reason == "original-missing"
    assert originals.page(kept(originals, pdf(1), "application/pdf"), 1) is not None
