"""What extraction is given and what it gives: values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a document is looked at.

    Attributes:
        max_bytes: Larger documents are refused as `Reason.OVERSIZED`.
        max_characters: Text is cut after so many characters: what a document is stands in its first pages, and
            the record that carries the text stays below a broker's usual limit of 1 MiB.
        max_pages: Pages of a PDF, or frames of a TIFF, that are looked at; later ones are left unread.
        max_pixels: Images with more in one frame are refused as `Reason.OVERSIZED` before they are decoded
            (A3 at 600 dpi has 70 million).
        max_parts: A container (mail, archive) with more documents in it is refused as `Reason.OVERSIZED`.
        max_parts_bytes: Likewise for the bytes of its parts, unpacked.
    """

    max_bytes: int = 20 * 1024 * 1024
    max_characters: int = 200_000
    max_pages: int = 50
    max_pixels: int = 80_000_000
    max_parts: int = 500
    max_parts_bytes: int = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A document within another one: an attachment of a mail, a file of an archive.

    Attributes:
        content: Its bytes, decoded.
        file_name: Its name without folders; None where it has none.
        declared: The media type that its container declares for it; None where it declares none.
    """

    content: bytes
    file_name: str | None = None
    declared: str | None = None


@dataclass(frozen=True, slots=True)
class TextFound:
    """Born-digital text, before cleansing.

    Attributes:
        media_type: The true media type, by the bytes.
        text: At least one letter, digit or sign; at most `Limits.max_characters`.
        encoding: Name of the encoding that the bytes were decoded with; None where the format has its own.
        parts: The documents that came with it: a mail's attachments.
    """

    media_type: str
    text: str
    encoding: str | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class PagesFound:
    """An image, or a PDF without a usable text layer: its text must be read by OCR.

    Attributes:
        media_type: The true media type, by the bytes.
        pages: Number of pages or frames in the document, unread ones included.
    """

    media_type: str
    pages: int


@dataclass(frozen=True, slots=True)
class PartsFound:
    """A container without any text of its own: an archive, or a mail that only carries attachments.

    Attributes:
        media_type: The true media type, by the bytes.
        parts: The documents in it, at least one.
    """

    media_type: str
    parts: tuple[Part, ...]


Extracted = TextFound | PagesFound | PartsFound
