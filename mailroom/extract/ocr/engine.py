"""What every engine answers, and a document read page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

# Tesseract tries them in turn and is easily content: with English or German first, French loses its accents.
LANGUAGES = ("fr", "es", "de", "en")
"""The languages that a page may be in when nobody says more, as ISO 639-1 codes."""


@dataclass(frozen=True, slots=True)
class OcrPage:
    """One page as it was read.

    Attributes:
        text: The page's lines in reading order; empty where no letter was found.
        confidence: The engine's own, 0 to 1: the mean over words, each weighted by its length; 0 for no text.
        rotation: How far the page lay turned clockwise, in degrees: 0, 90, 180 or 270.
    """

    text: str
    confidence: float
    rotation: int


@dataclass(frozen=True, slots=True)
class OcrDocument:
    """A document as it was read: its pages, and their text with a blank line between pages."""

    text: str
    pages: tuple[OcrPage, ...]
    engine: str


class OcrEngine(Protocol):
    """Anything that reads a page image. An engine holds models and is not safe to share between threads."""

    @property
    def name(self) -> str:
        """Engine and version, for the record."""

    def read(self, page: Image.Image, *, languages: Sequence[str] = LANGUAGES) -> OcrPage:
        """Read one page.

        Args:
            page: The page as an image of any mode, at any of the four orientations.
            languages: ISO 639-1 codes of the languages that the page may be in.

        Raises:
            MalformedRecord: Reading took longer than the engine's limit for one page (reason too-slow).
        """


def read_document(data: bytes, media_type: str, engine: OcrEngine) -> OcrDocument:
    """Read an image or a PDF, page by page; a document without a letter has an empty text.

    Args:
        data: The file's bytes.
        media_type: Its true media type, as sniffed.
        engine: For pages without a text of their own. Reused over documents: it loads its models once.

    Raises:
        MalformedRecord: The pages cannot be rendered, or one takes too long to read.
    """
    # Rendering loads PDFium; an engine that is handed images needs none of it.
    from mailroom.extract.pages import pages_to_read  # noqa: PLC0415

    pages = tuple(read_page(page, engine) for page in pages_to_read(data, media_type))
    return OcrDocument(joined(pages), pages, engine.name)


def read_page(page: Image.Image | str, engine: OcrEngine) -> OcrPage:
    """One page: a picture is read; text that a PDF brought for it is taken as it is."""
    return OcrPage(page, float(bool(page)), 0) if isinstance(page, str) else engine.read(page)


def joined(pages: Sequence[OcrPage]) -> str:
    """The text of pages with a blank line between them; pages without text leave no trace."""
    return "\n\n".join(page.text for page in pages if page.text)
