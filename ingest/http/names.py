"""File names out of headers and into them: nothing that came with one may become a header, a path or a page."""

from email.message import Message
from urllib.parse import quote, unquote

from ingest.receiving.names import file_name
from mailroom.web.http import Header, Request

PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._ ")

HARMLESS_TYPES = frozenset(
    {
        "application/pdf",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "text/csv",
        "text/plain",
    }
)
"""What a browser may know the type of; all else is bytes to it."""


def given_name(request: Request) -> str | None:
    """The file name of a raw body: of `x-file-name` (percent-encoded UTF-8), else of `content-disposition`."""
    plain = request.header(b"x-file-name")
    if plain:
        return file_name(unquote(_utf8(plain)))
    disposition = request.header(b"content-disposition")
    if not disposition:
        return None
    message = Message()
    message["content-disposition"] = disposition  # which knows RFC 2231's `filename*`, as RFC 6266 has it
    found = message.get_filename()
    return None if found is None else file_name(_utf8(found))


def download_headers(name: str | None, sha256: str) -> tuple[Header, ...]:
    """The headers of an original: to be kept, never to be shown as a page of this address.

    Args:
        name: The document's file name.
        sha256: Hex digest of its bytes.
    """
    return (
        (b"content-disposition", disposition(name).encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"private, no-store"),
        (b"etag", f'"{sha256}"'.encode()),
    )


def shown_type(media_type: str | None) -> bytes:
    """The media type that is told of an original."""
    known = media_type is not None and media_type in HARMLESS_TYPES
    return media_type.encode() if known and media_type is not None else b"application/octet-stream"


def disposition(name: str | None) -> str:
    """`content-disposition` of a download, in RFC 6266's two forms."""
    if name is None:
        return "attachment"
    plain = "".join(letter if letter in PLAIN else "_" for letter in name)
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def _utf8(header: str) -> str:
    """A header's text, whose bytes were taken for Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return header
