"""What the bytes are: the shared kernel's rules, imported when the first document comes."""

import mimetypes

FALLBACK = "application/octet-stream"


def sniff_media_type(data: bytes, file_name: str | None) -> str:
    """The media type by the bytes; the file name only helps where they do not tell."""
    try:
        from mailroom.extract import sniff
    except ImportError:
        return mimetypes.guess_type(file_name or "")[0] or FALLBACK
    return str(sniff(data, None, file_name=file_name))
