"""Headers of an original: to be kept, never to be shown as a page of this address."""

from urllib.parse import quote

PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._ ")


def download_headers(name: str | None) -> dict[str, str]:
    """For a document of this file name."""
    return {
        "content-disposition": disposition(name),
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "cache-control": "private, no-store",
    }


def disposition(name: str | None) -> str:
    """`content-disposition` of a download, in RFC 6266's two forms."""
    if name is None:
        return "attachment"
    plain = "".join(letter if letter in PLAIN else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"
