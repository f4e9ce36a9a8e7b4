"""Whole documents read, page by page, within a time limit."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.ocr.engine import OcrDocument, OcrEngine, OcrPage, joined, read_page


class DocumentReader(Protocol):
    """Anything that reads a whole document."""

    def read_document(self, data: bytes, media_type: str, *, seconds: float) -> OcrDocument:
        """Read an image or a PDF, page by page; a document without a letter has an empty text.

        Args:
            data: The file's bytes.
            media_type: Its true media type, as sniffed.
            seconds: What the document may take: no further page is begun after that.

        Raises:
            MalformedRecord: The pages cannot be rendered, or take too long to read.
            OcrUnavailable: No document can be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class EngineReader:
    """Reads documents with an engine in this process; no safer for threads than the engine is.

    Attributes:
        engine: Reads pages.
        now: Seconds that never run backwards.
    """

    engine: OcrEngine
    now: Callable[[], float] = time.monotonic

    def read_document(self, data: bytes, media_type: str, *, seconds: float) -> OcrDocument:
        """As `DocumentReader`."""
        pages = tuple(self.pages(data, media_type, seconds=seconds))
        return OcrDocument(joined(pages), pages, self.engine.name)

    def pages(self, data: bytes, media_type: str, *, seconds: float) -> Iterator[OcrPage]:
        """The same, each page as soon as it was read.

        Raises:
            MalformedRecord: As `DocumentReader`.
        """
        # Rendering loads PDFium; whoever reads no document needs none of it.
        from mailroom.extract.pages import pages_to_read  # noqa: PLC0415

        deadline = self.now() + seconds
        for page in pages_to_read(data, media_type):
            if self.now() >= deadline:
                message = f"the document took longer than {seconds:g} s to read: split it"
                raise MalformedRecord(Reason.TOO_SLOW, message)
            yield read_page(page, self.engine)
