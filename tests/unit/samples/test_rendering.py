"""Rendered samples: PDFs with a text layer, page images that look scanned, HTML that holds the text."""

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from samples import Sample, generate, render
from samples.errors import UnknownChoice
from samples.rendering import scan_suffix, suffix_of
from samples.rendering.scanner import scan_pages


def _sample(
    text: str = "Gebühr für Öl: 5 €\n\nñandú, œuvre, ß", page: str = "letter", name: str = "x"
) -> Sample:
    return Sample(name, "other", text, "de", "f", "generated:other-f", "g", page)


def _text_layer(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(document[index].get_textpage().get_text_range() for index in range(len(document)))
    finally:
        document.close()


@pytest.mark.parametrize("page", ["letter", "table", "receipt", "mail", "form", "print", "article", "cv"])
def test_a_pdf_has_the_text_as_its_layer(page: str) -> None:
    """Umlauts, the euro sign and ligatures of all four languages come back."""
    words = _text_layer(render(_sample(page=page), "pdf")).split()
    assert words == ["Gebühr", "für", "Öl:", "5", "€", "ñandú,", "œuvre,", "ß"]


def test_every_word_of_a_generated_letter_is_in_its_pdf() -> None:
    """What the truth file says stands on the page."""
    for sample in generate(14, 4, noise=False):
        layer = "".join(_text_layer(render(sample, "pdf")).replace("\ufffe", "-").split())
        if len(sample.text) < 3000:
            assert sorted(layer) == sorted("".join(sample.text.split())), sample.group


def test_a_long_document_has_several_pages() -> None:
    """Text flows over the page's end."""
    document = pypdfium2.PdfDocument(render(_sample("Zeile\n" * 300), "pdf"))
    assert len(document) > 2
    document.close()


@pytest.mark.parametrize("form", ["txt", "html", "pdf", "scan"])
def test_rendering_is_repeatable(form: str) -> None:
    """The same sample gives the same bytes."""
    assert render(_sample(), form) == render(_sample(), form)


def test_a_pdf_carries_no_clock_time() -> None:
    """Its date is fixed, or two runs would differ."""
    assert b"/CreationDate (D:20260101" in render(_sample(), "pdf")


@pytest.mark.parametrize(("suffix", "kind"), [("jpg", "JPEG"), ("png", "PNG"), ("tiff", "TIFF")])
def test_a_scan_is_the_image_of_a_page(suffix: str, kind: str) -> None:
    """It opens as its type, in the shape of a page, light with some ink, and not clean black on white."""
    image = Image.open(io.BytesIO(scan_pages(_sample("Angebot\n" * 30), suffix)))
    grey = np.asarray(image.convert("L"))
    assert image.format == kind
    assert 1.2 < image.height / image.width < 1.5
    assert 120 < grey.mean() < 254
    assert len(np.unique(grey)) > 20


def test_a_scanned_pdf_has_no_text_layer() -> None:
    """Its pages are images, as a scanner's are."""
    scanned = scan_pages(_sample(), "pdf")
    assert scanned.startswith(b"%PDF")
    assert _text_layer(scanned).strip() == ""


def test_scans_come_in_all_file_types() -> None:
    """Among sixty samples each type occurs, and the suffix says which."""
    suffixes = {scan_suffix(_sample(name=str(number))) for number in range(60)}
    assert suffixes == {"jpg", "png", "tiff", "pdf"}
    assert suffix_of(_sample(), "scan") == scan_suffix(_sample())


def test_html_escapes_and_holds_the_text() -> None:
    """Angle brackets of a text do not become markup."""
    for number in range(12):
        page = render(_sample("a <b> & c", name=str(number)), "html").decode()
        assert page.count("a &lt;b&gt; &amp; c") == 2


def test_an_unknown_form_is_refused() -> None:
    """The error names the forms."""
    with pytest.raises(UnknownChoice, match="txt, html, pdf, scan"):
        render(_sample(), "docx")
