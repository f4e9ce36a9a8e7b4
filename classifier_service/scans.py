"""Words and looks of scanned pages: the original fetched, then read by OCR and cleansed, or made small."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import ScannedDocument
from mailroom.extract.reading.reader import DocumentReader
from mailroom.features.pages import Pixels, document_pixels
from mailroom.textprep import CleanText, cleanse

DOCUMENT_SECONDS = 120.0
"""What one document may take: far below the ten minutes after which the log gives a silent reader's work away."""


class Originals(Protocol):
    """Where originals are that did not travel in their record."""

    def get(self, uri: str, *, sha256: str | None = None) -> bytes:
        """The verified bytes."""
        ...


@dataclass(frozen=True, slots=True)
class PagedText(CleanText):
    """The cleansed text of a document, and of each of its pages, blank ones included."""

    pages: tuple[str, ...]


ReadScan = Callable[[ScannedDocument], CleanText]
"""A scanned document's text; `PagedText` where its pages can be told apart."""

Look = Callable[[ScannedDocument], Pixels]
"""A scanned document's first pages as models see them: (pages, HEIGHT, WIDTH)."""


@dataclass(frozen=True, slots=True)
class ScanReader:
    """Reads scanned documents; as safe for threads as what reads them.

    Attributes:
        reader: Reads pages.
        originals: Where documents are that did not travel in their record.
        prep_version: The text rules.
        seconds: What one document may take.
    """

    reader: DocumentReader
    originals: Originals
    prep_version: int
    seconds: float = DOCUMENT_SECONDS

    def __call__(self, document: ScannedDocument) -> PagedText:
        """The cleansed text of a scanned document; may be empty.

        Raises:
            MalformedRecord: The original is missing, cannot be rendered, takes too long, or breaks the OCR library.
        """
        content = content_of(document, self.originals)
        read = self.reader.read_document(content, document.source.media_type, seconds=self.seconds)
        clean = cleanse(read.text, version=self.prep_version)
        pages = [cleanse(page.text, version=self.prep_version).text for page in read.pages]
        return PagedText(clean.text, clean.language, clean.steps, clean.prep_version, tuple(pages))


@dataclass(frozen=True, slots=True)
class PageLooks:
    """Page images of scanned documents, wherever their originals are.

    Attributes:
        originals: Where documents are that did not travel in their record.
        pixels: Makes a document's pages small.
    """

    originals: Originals
    pixels: Callable[[bytes], Pixels] = document_pixels

    def __call__(self, document: ScannedDocument) -> Pixels:
        """The first pages: (pages, HEIGHT, WIDTH).

        Raises:
            MalformedRecord: The original is missing or cannot be rendered.
        """
        return self.pixels(content_of(document, self.originals))


def look(document: ScannedDocument) -> Pixels:
    """The first pages of a document that travels with its bytes: (pages, HEIGHT, WIDTH).

    Raises:
        MalformedRecord: There are none, or they cannot be rendered.
    """
    if document.content is None:
        raise _missing("the document came without its bytes")
    return document_pixels(document.content)


def pages_of(clean: CleanText) -> tuple[str, ...]:
    """The text of each page; nothing where the pages were not told apart."""
    return clean.pages if isinstance(clean, PagedText) else ()


def content_of(document: ScannedDocument, originals: Originals) -> bytes:
    """The bytes of a document, from its record or from where they are kept.

    Raises:
        MalformedRecord: They are nowhere, or not those that were promised.
        StoreUnavailable: The store does not answer.
    """
    if document.content is not None:
        return document.content
    if document.source.dataref is None:
        raise _missing("the record holds neither the document nor a reference to it")
    return originals.get(document.source.dataref, sha256=document.source.sha256)


def _missing(what: str) -> MalformedRecord:
    return MalformedRecord(Reason.ORIGINAL_MISSING, f"{what}: send it again")


def unread(document: ScannedDocument) -> CleanText:
    """What a service without OCR says of a scan.

    Raises:
        MalformedRecord: Always.
    """
    kind = document.source.media_type
    message = f"this service reads no pages ({kind}): send a text, or ask one that was built with OCR"
    raise MalformedRecord(Reason.UNSUPPORTED_MEDIA_TYPE, message)
