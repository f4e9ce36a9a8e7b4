"""Whether the bytes of an image end before the image does, by the marks and sizes of its format."""

from collections.abc import Callable, Mapping

_JPEG_END_WITHIN = 1024
_BOX_HEAD = 8


def cut_short(data: bytes, media_type: str) -> bool:
    """Whether an image that could not be decoded was cut short.

    Args:
        data: Its bytes.
        media_type: One of `mailroom.extract.image.MEDIA_TYPES`.
    """
    return _CUT_SHORT[media_type](data)


def _png(data: bytes) -> bool:
    return b"IEND\xaeB`\x82" not in data


def _jpeg(data: bytes) -> bool:
    return b"\xff\xd9" not in data[-_JPEG_END_WITHIN:]


def _gif(data: bytes) -> bool:
    return not data.endswith(b";")


def _webp(data: bytes) -> bool:
    return len(data) < int.from_bytes(data[4:8], "little") + 8


def _bmp(data: bytes) -> bool:
    return len(data) < int.from_bytes(data[2:6], "little")


def _tiff(data: bytes) -> bool:
    return len(data) < int.from_bytes(data[4:8], "little" if data[:2] == b"II" else "big") + 2


def _heic(data: bytes) -> bool:
    """Whether the outermost boxes promise more bytes than there are (ISO/IEC 14496-12: 4 bytes of size, 4 of type)."""
    at = 0
    while at + _BOX_HEAD <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < _BOX_HEAD:  # a size of another kind, which telephones do not write
            return False
        at += size
    return at != len(data)


_CUT_SHORT: Mapping[str, Callable[[bytes], bool]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/bmp": _bmp,
    "image/tiff": _tiff,
    "image/heic": _heic,
}
