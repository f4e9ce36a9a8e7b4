"""Text of scanned pages: the original fetched, read by OCR, cleansed by the package's rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import ScannedDocument
from mailroom.extract.ocr.engine import LANGUAGES, OcrEngine, OcrPage, read_document
from mailroom.streams.clock import Clock
from mailroom.textprep import CleanText, cleanse

if TYPE_CHECKING:
    from PIL import Image

DOCUMENT_SECONDS = 120.0
"""What one document may take: far below the five minutes after which the log gives a silent reader's work away."""


class Originals(Protocol):
    """Where originals are that did not travel in their record."""

    def get(self, uri: str, *, sha256: str | None = None) -> bytes:
        """The verified bytes."""
        ...


ReadScan = Callable[[ScannedDocument], CleanText]


@dataclass(slots=True)
class ScanReader:
    """Reads scanned documents; one thread at a time, since an engine is not to be shared."""

    engine: OcrEngine
    originals: Originals
    prep_version: int
    clock: Clock
    seconds: float = DOCUMENT_SECONDS

    def __call__(self, document: ScannedDocument) -> CleanText:
        """The cleansed text of a scanned document; may be empty.

        Raises:
            MalformedRecord: The original is missing, cannot be rendered, or takes too long.
        """
        deadline = self.clock.monotonic() + self.seconds
        engine = _Hurried(self.engine, deadline, self.clock, self.seconds)
        text = read_document(self._content(document), document.source.media_type, engine).text
        return cleanse(text, version=self.prep_version)

    def _content(self, document: ScannedDocument) -> bytes:
        if document.content is not None:
            return document.content
        if document.source.dataref is None:
            message = "the record holds neither the document nor a reference to it: send it again"
            raise MalformedRecord(Reason.ORIGINAL_MISSING, message)
        return self.originals.get(document.source.dataref, sha256=document.source.sha256)


def unread(document: ScannedDocument) -> CleanText:
    """What a service without OCR says of a scan.

    Raises:
        MalformedRecord: Always.
    """
    kind = document.source.media_type
    message = f"this service reads no pages ({kind}): send a text, or ask one that was built with OCR"
    raise MalformedRecord(Reason.UNSUPPORTED_MEDIA_TYPE, message)


@dataclass(slots=True)
class _Hurried:
    """An engine that starts no further page once its time is over."""

    engine: OcrEngine
    deadline: float
    clock: Clock
    seconds: float

    @property
    def name(self) -> str:
        return self.engine.name

    def read(self, page: "Image.Image", *, languages: Sequence[str] = LANGUAGES) -> OcrPage:
        if self.clock.monotonic() >= self.deadline:
            message = f"the document took longer than {self.seconds:g} s to read: split it"
            raise MalformedRecord(Reason.TOO_SLOW, message)
        return self.engine.read(page, languages=languages)
