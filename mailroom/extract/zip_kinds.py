"""Which kind of file a zip is: office programs, e-books and program archives are zips too."""

import re
import struct
from collections.abc import Iterator

ZIP = "application/zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCM = "application/vnd.ms-word.document.macroenabled.12"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PPTM = "application/vnd.ms-powerpoint.presentation.macroenabled.12"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"

_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_END_WITHIN = 66_000
_MOST_ENTRIES = 4000
_ENTRY_BYTES = 46
# Open Document and EPUB write their media type first, unpacked, so that it stands at this place.
_TYPE_ENTRY = b"mimetype"
_TYPE_AT = 30 + len(_TYPE_ENTRY)
_TYPE = re.compile(rb"application/[a-z0-9.+-]{1,80}")
_MACROS = {DOCX: DOCM, XLSX: XLSM, PPTX: PPTM}


def name(data: bytes) -> str | None:
    """The media type of a zip by the names in its directory.

    Args:
        data: The zip's bytes, from the first on.

    Returns:
        `application/zip` for one that is only that; None where there is no directory: it was cut short.
    """
    if data[30:_TYPE_AT] == _TYPE_ENTRY and (written := _TYPE.match(data, _TYPE_AT)):
        # What follows unpacked bytes is the next file's signature, which starts with a capital.
        return written[0].decode().removesuffix("-template")
    names = frozenset(_names(data))
    return _by_names(names) if names else (ZIP if data.startswith(_END) else None)


def _by_names(names: frozenset[bytes]) -> str:
    if any(each.endswith(b".iwa") for each in names):
        return "application/vnd.apple.iwork"
    if b"[Content_Types].xml" not in names:
        return "application/java-archive" if b"META-INF/MANIFEST.MF" in names else ZIP
    folders = {each.partition(b"/")[0] for each in names}
    macros = any(each.endswith(b"vbaProject.bin") for each in names)
    if b"xl/workbook.bin" in names:
        return XLSB
    for folder, kind in ((b"word", DOCX), (b"xl", XLSX), (b"ppt", PPTX)):
        if folder in folders:
            return _MACROS[kind] if macros else kind
    return "application/vnd.openxmlformats-package"


def _names(data: bytes) -> Iterator[bytes]:
    """Names of the directory's entries, as far as it is whole; the first few thousand tell."""
    end = data.rfind(_END, max(0, len(data) - _END_WITHIN))
    if end < 0 or len(data) < end + 20:
        return
    (size,) = struct.unpack_from("<I", data, end + 12)
    at = end - size
    for _ in range(_MOST_ENTRIES):
        if at < 0 or data[at : at + 4] != _ENTRY or at + _ENTRY_BYTES > end:
            return
        lengths = struct.unpack_from("<3H", data, at + 28)
        yield data[at + _ENTRY_BYTES : at + _ENTRY_BYTES + lengths[0]]
        at += _ENTRY_BYTES + sum(lengths)
