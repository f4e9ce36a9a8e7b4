import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from mailroom.extract import Limits, PagesFound, TextFound, extract, text_of
from mailroom.extract.pages import pages_to_read
from mailroom.textprep import CleanText

Make = Callable[..., bytes]
_LETTER = "Please find attached our invoice for the goods that you ordered in March. " * 6


def test_born_digital(make_pdf: Make) -> None:
    """The text layer of every page, in order."""
    found = extract(make_pdf("First page of Mr Müller", "Second page"))

    assert found == TextFound("application/pdf", "First page of Mr Müller\n\nSecond page", None)


def test_short_text_without_an_image_is_text(make_pdf: Make) -> None:
    """One word is enough where nothing else is on the page."""
    assert extract(make_pdf("Hello")) == TextFound("application/pdf", "Hello", None)


def test_a_scan_goes_to_ocr(make_pdf: Make, make_image: Make) -> None:
    """A page that is an image has no text layer."""
    assert extract(make_pdf("", "", image=make_image("JPEG"))) == PagesFound("application/pdf", 2)


def test_the_stamp_of_a_scanner_is_no_text_layer(make_pdf: Make, make_image: Make) -> None:
    """A line of letters over a scanned page does not make it text."""
    stamp = "Scanned by OfficeScan 2026-11-21 10:45 page 1"

    assert extract(make_pdf(stamp, image=make_image("JPEG"))) == PagesFound("application/pdf", 1)


def test_a_scan_with_its_text_beneath_is_text(make_pdf: Make, make_image: Make) -> None:
    """A scanned page that OCR has already read is not read again."""
    assert isinstance(extract(make_pdf(_LETTER, image=make_image("JPEG"))), TextFound)


def _mixed(*parts: bytes) -> bytes:
    writer = PdfWriter()
    for part in parts:
        writer.append(PdfReader(io.BytesIO(part)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(("letters", "scans"), [(1, 1), (2, 1), (1, 2)])
def test_one_scanned_page_is_reason_enough_for_ocr(
    make_pdf: Make, make_image: Make, letters: int, scans: int
) -> None:
    """A signed page that was scanned into a letter may be what the letter is about."""
    data = _mixed(*[make_pdf(_LETTER)] * letters, *[make_pdf("", image=make_image("JPEG"))] * scans)

    assert extract(data) == PagesFound("application/pdf", letters + scans)


def test_of_a_mixed_document_only_scanned_pages_are_pictures(make_pdf: Make, make_image: Make) -> None:
    """Lettered pages keep their own text, blank ones are empty, and later pictures are left out in their places."""
    scan = make_pdf("", image=make_image("JPEG"))
    data = _mixed(make_pdf("A letter"), make_pdf(""), scan, scan, make_pdf("The end"))

    pages = list(pages_to_read(data, "application/pdf", max_pages=1))

    assert [page if isinstance(page, str) else "picture" for page in pages] == [
        "A letter",
        "",
        "picture",
        "",
        "The end",
    ]


def _with_annotations(data: bytes, *annotations: dict[str, PdfObject]) -> bytes:
    """A PDF with annotations on its first page, those that have a field type as a form."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    references = ArrayObject()
    for index, annotation in enumerate(annotations):
        box = ArrayObject([FloatObject(number) for number in (50, 600 - 30 * index, 300, 620 - 30 * index)])
        shared = {"/Type": NameObject("/Annot"), "/Rect": box, "/T": TextStringObject(f"field{index}")}
        named = {NameObject(key): value for key, value in (shared | annotation).items()}
        references.append(writer._add_object(DictionaryObject(named)))
    writer.pages[0][NameObject("/Annots")] = references
    fields = ArrayObject(each for each in references if "/FT" in each.get_object())
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _field(kind: str, label: str, value: PdfObject, flags: int = 0) -> dict[str, PdfObject]:
    return {
        "/Subtype": NameObject("/Widget"),
        "/FT": NameObject(kind),
        "/TU": TextStringObject(label),
        "/V": value,
        "/AS": value,
        "/Ff": NumberObject(flags),
    }


def test_what_was_typed_into_a_form(make_pdf: Make) -> None:
    """Values of fields are text, under their labels; of boxes those that are ticked, of secrets nothing."""
    data = _with_annotations(
        make_pdf("Application"),
        _field("/Tx", "Name", TextStringObject("Jörg Müller")),
        _field("/Tx", "Street", TextStringObject("")),
        _field("/Tx", "Password", TextStringObject("secret"), 1 << 13),
        _field("/Ch", "Country", TextStringObject("Österreich"), 1 << 17),
        _field("/Btn", "Full time", NameObject("/Yes")),
        _field("/Btn", "Part time", NameObject("/Off")),
        {"/Subtype": NameObject("/FreeText"), "/Contents": TextStringObject("Urgent!")},
    )

    expected = "Application\nName: Jörg Müller\nCountry: Österreich\nFull time\nUrgent!"
    assert extract(data) == TextFound("application/pdf", expected, None)


def test_later_pages_are_left_unread(make_pdf: Make) -> None:
    """The limit on pages cuts the text."""
    found = extract(make_pdf("one", "two", "three"), limits=Limits(max_pages=2))

    assert found == TextFound("application/pdf", "one\n\ntwo", None)


def test_words_broken_at_line_ends_are_joined(make_pdf: Make) -> None:
    """A hyphen at the end of a printed line does not break its word."""
    clean = text_of(make_pdf("Die Rech-\nnung ist falsch und der ver-\neinbarte Preis auch."))

    assert isinstance(clean, CleanText)
    assert clean.text == "Die Rechnung ist falsch und der vereinbarte Preis auch."


def test_hyphens_that_belong_to_a_name_stay(make_pdf: Make) -> None:
    """PDFium's mark for a hyphen at the end of a line does not swallow it."""
    found = extract(make_pdf("Bitte per E-\nMail an die Abteilung XR-\n200 senden"))

    assert isinstance(found, TextFound)
    assert found.text.replace("\r\n", "\n") == "Bitte per E-\nMail an die Abteilung XR-\n200 senden"


def test_bytes_after_the_end_do_no_harm(make_pdf: Make) -> None:
    """Padding by a mail gateway is not a truncation."""
    assert isinstance(extract(make_pdf("Hello") + b"\0" * 5000), TextFound)
