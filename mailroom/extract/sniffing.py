"""The true media type of bytes: `sniff`, and `identify`, which names the encoding of text as well.

Text is recognised first, because most documents are text and the test is cheap: no NUL byte, hardly a control
character, and valid UTF-8. Everything else goes to the signatures of `filetype`, then to UTF-16 and the single-byte
encodings. What the sender declared only decides between kinds of text.
"""

from dataclasses import dataclass

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import encodings, ole_kinds, text_kinds, zip_kinds

_TEXT_THAT_IS_NOT = (
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
)
_PDF = b"%PDF-"
# Readers look for the header in the first kilobyte: mail gateways and printers put lines before it.
_PDF_HEADER_WITHIN = 1024
_SIGNATURE_WITHIN = 8192
_SAME_AS = {
    "image/apng": "image/png",
    "application/x-rar-compressed": "application/vnd.rar",
    "image/heif": "image/heic",
}
# Telephones' photographs: the container's brand, and that of its first picture.
_HEIC_BRANDS = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypheis", b"ftypmif1", b"ftypmsf1")


@dataclass(frozen=True, slots=True)
class Kind:
    """What bytes are: the true media type, and for text the encoding that it is to be decoded with."""

    media_type: str
    encoding: str | None


def sniff(data: bytes, *, declared: str | None = None, file_name: str | None = None) -> str:
    """The true media type of a document, by its bytes.

    Args:
        data: The document's bytes.
        declared: Media type that the sender gave; decides between kinds of text only.
        file_name: The sender's name for it; its ending decides between kinds of text only.

    Raises:
        MalformedRecord: No byte but white space (`Reason.EMPTY`), or nothing known (`Reason.UNKNOWN_MEDIA_TYPE`).
    """
    return identify(data, declared=declared, file_name=file_name).media_type


def identify(data: bytes, *, declared: str | None = None, file_name: str | None = None) -> Kind:
    """The true media type of a document and the encoding of its text.

    Raises:
        MalformedRecord: As `sniff`.
    """
    if not data or data.isspace():
        raise MalformedRecord(Reason.EMPTY, "no byte but white space: send the document again")
    is_utf8 = encodings.is_utf8(data)
    if binary := _signature(data, text=is_utf8):
        return Kind(binary, None)
    encoding = encodings.detect(data, is_utf8=is_utf8)
    # A mail may carry its attachments as they are, in no encoding at all (RFC 3030).
    if encoding is None and text_kinds.is_mail(data, "latin-1", text_kinds.hints_of(declared, file_name)):
        return Kind(text_kinds.MAIL, None)
    if encoding is None:
        message = "neither text nor any known file format: send it as PDF, image, HTML or text"
        raise MalformedRecord(Reason.UNKNOWN_MEDIA_TYPE, message)
    return Kind(text_kinds.name(data, encoding, declared=declared, file_name=file_name), encoding)


def _signature(data: bytes, *, text: bool) -> str | None:
    for start, media_type in _TEXT_THAT_IS_NOT:
        if data.startswith(start):
            return media_type
    at = data.find(_PDF, 0, _PDF_HEADER_WITHIN)
    if at == 0 or (at > 0 and (not text or data[:at].isspace())):
        return "application/pdf"
    return None if text or encodings.has_byte_order_mark(data) else _by_filetype(data)


def _by_filetype(data: bytes) -> str | None:
    import filetype  # noqa: PLC0415 - most documents are text and never need it

    if data.startswith(ole_kinds.SIGNATURE):
        return ole_kinds.name(data)
    if data.startswith(_HEIC_BRANDS, 4) and b"avif" not in data[:64]:
        return "image/heic"
    if data.startswith(b"PK") and (packed := zip_kinds.name(data)):
        return packed
    found = filetype.guess_mime(data[:_SIGNATURE_WITHIN])
    if found is None or found == "application/octet-stream":
        return None
    # "BMW ..." in Windows-1252 starts like a bitmap: a signature of plain letters counts only before binary bytes.
    plain_start = data[:2].isascii() and not encodings.looks_binary(data)
    return None if plain_start else _SAME_AS.get(found, str(found))
