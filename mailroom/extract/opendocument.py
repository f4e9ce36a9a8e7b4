"""Texts and presentations of LibreOffice and others (odt, odp)."""

import zipfile

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import archive, office_xml
from mailroom.extract.office_xml import Dialect
from mailroom.extract.results import Extracted, Limits
from mailroom.extract.sniffing import Kind

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_MANIFEST = "META-INF/manifest.xml"

_DIALECT = Dialect(
    paragraphs=frozenset({f"{_TEXT}p", f"{_TEXT}h"}),
    texts=frozenset(),
    cells=frozenset({f"{_TABLE}table-cell"}),
    rows=frozenset({f"{_TABLE}table-row"}),
    signs={f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"},
    # Deleted text, remarks, and what only programs read.
    unread=frozenset(
        {f"{_TEXT}tracked-changes", f"{_TEXT}page-number", f"{_OFFICE}annotation", f"{_OFFICE}binary-data"}
        | {f"{_SVG}title", f"{_SVG}desc"}
    ),
)


def parse(data: bytes, kind: Kind, limits: Limits) -> Extracted:
    """The text in the file's order; of a document that only holds pictures, these as parts.

    Raises:
        MalformedRecord: `TRUNCATED`, `ENCRYPTED`, `OVERSIZED`, `NO_TEXT` or `UNPARSABLE`.
    """
    with archive.opened(data, kind.media_type, limits) as opened:
        require_open(opened, limits)
        return office_xml.parse(opened, ["content.xml"], "Pictures/", _DIALECT, kind, limits)


def require_open(opened: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse a file whose manifest says that its members are encrypted.

    Raises:
        MalformedRecord: `Reason.ENCRYPTED`.
    """
    if _MANIFEST in opened.namelist() and b"encryption-data" in archive.content(
        opened, opened.getinfo(_MANIFEST), limits
    ):
        raise MalformedRecord(Reason.ENCRYPTED, "the document needs a password: send it without one")
