"""Word documents (docx, docm): headers, text with its boxes and tables, footers, notes; macros are not looked at."""

from mailroom.extract import archive, office_xml
from mailroom.extract.office_xml import Dialect, numbered
from mailroom.extract.results import Extracted, Limits
from mailroom.extract.sniffing import Kind

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def _both(*names: str) -> frozenset[str]:
    return frozenset(space + name for space in (_W, _STRICT) for name in names)


_DIALECT = Dialect(
    paragraphs=_both("p"),
    texts=_both("t"),
    cells=_both("tc"),
    rows=_both("tr"),
    signs=dict.fromkeys(_both("tab"), "\t")
    | dict.fromkeys(_both("br", "cr"), "\n")
    | dict.fromkeys(_both("noBreakHyphen"), "-"),
    # The same text box once more, for old programs; tab stops are spelt like tabs.
    unread=_both("pPr") | {_FALLBACK},
)


def parse(data: bytes, kind: Kind, limits: Limits) -> Extracted:
    """The text in reading order; of a document that only holds pictures, these as parts.

    Raises:
        MalformedRecord: `TRUNCATED`, `OVERSIZED`, `NO_TEXT` or `UNPARSABLE`.
    """
    with archive.opened(data, kind.media_type, limits) as opened:
        starts = ("word/header", "word/document", "word/footer", "word/footnotes", "word/endnotes")
        members = [name for start in starts for name in numbered(opened, start)]
        return office_xml.parse(opened, members, "word/media/", _DIALECT, kind, limits)
