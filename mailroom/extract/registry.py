"""Which module parses which media type. A new format is one module and one line here."""

import functools
from collections.abc import Callable, Iterable, Mapping

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import (
    archive,
    html,
    image,
    mail,
    ole_kinds,
    opendocument,
    outlook,
    pdf,
    presentation,
    rtf,
    spreadsheet,
    table,
    text,
    wordprocessing,
    zip_kinds,
)
from mailroom.extract.results import Extracted, Limits
from mailroom.extract.sniffing import Kind

Parser = Callable[[bytes, Kind, Limits], Extracted]
"""`(data, kind, limits) -> Extracted`, raising `MalformedRecord`."""

IMAGES = image.MEDIA_TYPES
"""Media types of images that OCR can read."""


def parser_of(media_type: str) -> Parser:
    """The parser of a media type.

    Raises:
        MalformedRecord: There is none (`Reason.UNSUPPORTED_MEDIA_TYPE`).
    """
    try:
        return _parsers()[media_type]
    except KeyError:
        message = (
            f"documents of type {media_type} cannot be read: send it as PDF, image, office file, HTML or text"
        )
        raise MalformedRecord(Reason.UNSUPPORTED_MEDIA_TYPE, message) from None


def media_types() -> list[str]:
    """All that can be read, for those who describe a door."""
    return sorted(_parsers().keys() - {ole_kinds.LOCKED})


@functools.cache
def _parsers() -> Mapping[str, Parser]:
    known: Iterable[tuple[Parser, Iterable[str]]] = (
        (text.parse, text.MEDIA_TYPES),
        (table.parse, table.MEDIA_TYPES),
        (html.parse, ["text/html"]),
        (pdf.parse, ["application/pdf"]),
        (image.parse, IMAGES),
        (mail.parse, ["message/rfc822"]),
        (outlook.parse, [ole_kinds.MSG]),
        (archive.parse, [zip_kinds.ZIP]),
        (wordprocessing.parse, [zip_kinds.DOCX, zip_kinds.DOCM]),
        (spreadsheet.parse, [zip_kinds.XLSX, zip_kinds.XLSM, zip_kinds.XLSB, zip_kinds.ODS, ole_kinds.XLS]),
        (presentation.parse, [zip_kinds.PPTX, zip_kinds.PPTM]),
        (opendocument.parse, [zip_kinds.ODT, zip_kinds.ODP]),
        (rtf.parse, [rtf.MEDIA_TYPE]),
        (ole_kinds.refuse, [ole_kinds.LOCKED]),
    )
    return {media_type: parser for parser, media_types in known for media_type in media_types}
