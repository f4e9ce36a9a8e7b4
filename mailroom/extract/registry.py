"""Which module parses which media type. A new format is one module and one line here."""

import functools
from collections.abc import Callable, Mapping

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import archive, html, image, mail, pdf, text
from mailroom.extract.results import Extracted, Limits
from mailroom.extract.sniffing import Kind

Parser = Callable[[bytes, Kind, Limits], Extracted]
"""`(data, kind, limits) -> Extracted`, raising `MalformedRecord`."""

IMAGES = frozenset({"image/png", "image/jpeg", "image/tiff", "image/webp", "image/bmp", "image/gif"})
"""Media types of images that OCR can read."""


def parser_of(media_type: str) -> Parser:
    """The parser of a media type.

    Raises:
        MalformedRecord: There is none (`Reason.UNSUPPORTED_MEDIA_TYPE`).
    """
    try:
        return _parsers()[media_type]
    except KeyError:
        message = f"documents of type {media_type} cannot be read: send it as PDF, image, HTML or text"
        raise MalformedRecord(Reason.UNSUPPORTED_MEDIA_TYPE, message) from None


@functools.cache
def _parsers() -> Mapping[str, Parser]:
    parsers: dict[str, Parser] = dict.fromkeys(text.MEDIA_TYPES, text.parse)
    parsers |= dict.fromkeys(IMAGES, image.parse)
    parsers |= {"text/html": html.parse, "application/pdf": pdf.parse}
    return parsers | {"message/rfc822": mail.parse, "application/zip": archive.parse}
