"""PDF by PDFium: its text layer where that is usable, else pages for OCR.

A page with an image over half of it or more and few letters is a scan with a stamp or a fax header on it. A document
counts as text when it has lettered pages and no scanned one. A mixed one goes to OCR, which is shown its scanned pages
and takes the others as they are (`layers`). Pages with neither are blank and count for nothing. A scan with OCR text
beneath has letters, and is text.
"""

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.pdf_typed import typed
from mailroom.extract.results import Extracted, Limits, PagesFound
from mailroom.extract.sniffing import Kind
from mailroom.extract.text import found

PDFIUM_LOCK = threading.RLock()
"""PDFium is not safe for threads: hold this around every use of it."""

_LIMITS = Limits()
_STAMP_LETTERS = 100
_SCAN_SHARE = 0.5
_MOST_UNREADABLE = 0.3
_END_WITHIN = 2048
_ERROR_FORMAT, _ERROR_PASSWORD, _ERROR_SECURITY = 3, 4, 5


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    scanned: bool
    blank: bool


def parse(data: bytes, kind: Kind, limits: Limits) -> Extracted:
    """The text layer, page by page, or `PagesFound` where it is not usable.

    Raises:
        MalformedRecord: `TRUNCATED`, `ENCRYPTED`, `UNPARSABLE`, or `NO_TEXT` where every page is blank.
    """
    with opened(data) as document:
        count = len(document)
        pages = list(_read(document, limits))
    if count <= limits.max_pages and all(page.blank for page in pages):
        raise MalformedRecord(Reason.NO_TEXT, "every page of the PDF is blank: send one with text")
    text = "\n\n".join(page.text for page in pages)
    return found(text, kind, limits) if _usable(pages, text) else PagesFound(kind.media_type, count)


def layers(data: bytes, limits: Limits = _LIMITS) -> list[str | None]:
    """Each page's own text, empty for a blank one; None for a page that OCR must read.

    Raises:
        MalformedRecord: As `parse`, blank documents excepted.
    """
    with opened(data) as document:
        pages = list(_read(document, limits))
    readable = _readable("".join(page.text for page in pages))
    return [_layer(page) if readable else None for page in pages]


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """Open a PDF, holding PDFium's lock; what PDFium raises inside the block is translated.

    Raises:
        MalformedRecord: `TRUNCATED`, `ENCRYPTED` or `UNPARSABLE`.
    """
    import pypdfium2  # noqa: PLC0415 - a tenth of a second to import

    _require_end(data)
    with PDFIUM_LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise _translated(error) from error
        try:
            _load_form(document)
            _require_pages(document)
            yield document
        except pypdfium2.PdfiumError as error:
            raise _translated(error) from error
        finally:
            document.close()


def _load_form(document: Any) -> None:
    with warnings.catch_warnings():
        # Forms in XFA bring the same fields in the old way beside; that those alone are read is no news.
        warnings.simplefilter("ignore")
        document.init_forms()


def _require_end(data: bytes) -> None:
    tail = data.rstrip(b"\0\r\n\t ")[-_END_WITHIN:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise MalformedRecord(Reason.TRUNCATED, "the PDF ends before its end mark: send it again, whole")


def _require_pages(document: Any) -> None:
    if len(document) == 0:
        raise MalformedRecord(Reason.UNPARSABLE, "the PDF has no pages: export it again")


def _translated(error: Any) -> MalformedRecord:
    if error.err_code in (_ERROR_PASSWORD, _ERROR_SECURITY):
        return MalformedRecord(Reason.ENCRYPTED, "the PDF needs a password: send it without one")
    return MalformedRecord(Reason.UNPARSABLE, f"the PDF cannot be read ({error}): export it again")


def _read(document: Any, limits: Limits) -> Iterator[_Page]:
    characters = 0
    for index in range(min(len(document), limits.max_pages)):
        page = _read_page(document[index], document.formenv)
        yield page
        characters += len(page.text)
        if characters >= limits.max_characters:
            return


def _read_page(page: Any, form: Any) -> _Page:
    textpage = page.get_textpage()
    try:
        # PDFium puts one of these for a hyphen and the line end after it; whether they break a word is cleansing's
        # to say ("E-" and "Mail" on two lines are no "EMail").
        text = re.sub("[\x02\ufffe](?:\r?\n)?", "-\n", textpage.get_text_bounded())
    finally:
        textpage.close()
    if values := typed(page, form):
        text = f"{text}\n{values}"
    letters = sum(1 for _ in islice(filter(str.isalpha, text), _STAMP_LETTERS))
    scanned = letters < _STAMP_LETTERS and _image_share(page) >= _SCAN_SHARE
    blank = not letters and next(page.get_objects(max_depth=1), None) is None
    page.close()
    return _Page(text, scanned, blank)


def _image_share(page: Any) -> float:
    import pypdfium2.raw as pdfium  # noqa: PLC0415

    area = max(1.0, page.get_width() * page.get_height())
    covered = 0.0
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = image.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom)
    return float(covered / area)


def _usable(pages: list[_Page], text: str) -> bool:
    scanned = any(page.scanned for page in pages)
    return not scanned and any(map(_lettered, pages)) and _readable(text)


def _lettered(page: _Page) -> bool:
    return not page.scanned and any(map(str.isalnum, page.text))


def _layer(page: _Page) -> str | None:
    if page.blank:
        return ""
    return page.text if _lettered(page) else None


def _readable(text: str) -> bool:
    """Fonts without a map to Unicode give private characters, controls and U+FFFD instead of letters."""
    visible = "".join(text.split())
    if visible.isprintable() and "\ufffd" not in visible:
        return True
    readable = sum(map(str.isprintable, visible.replace("\ufffd", "\ue000")))
    return readable >= (1 - _MOST_UNREADABLE) * len(visible)
