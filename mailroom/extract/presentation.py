"""PowerPoint presentations (pptx, pptm): the text of the slides, then of their notes."""

from mailroom.extract import archive, office_xml
from mailroom.extract.office_xml import Dialect, numbered
from mailroom.extract.results import Extracted, Limits
from mailroom.extract.sniffing import Kind

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/drawingml/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def _both(*names: str) -> frozenset[str]:
    return frozenset(space + name for space in (_A, _STRICT) for name in names)


_DIALECT = Dialect(
    paragraphs=_both("p"),
    texts=_both("t"),
    cells=_both("tc"),
    rows=_both("tr"),
    signs=dict.fromkeys(_both("br"), "\n"),
    # Fields are the slide's number and date.
    unread=_both("fld") | {_FALLBACK},
)


def parse(data: bytes, kind: Kind, limits: Limits) -> Extracted:
    """The text of all slides by their number; of a presentation that only holds pictures, these as parts.

    Raises:
        MalformedRecord: `TRUNCATED`, `OVERSIZED`, `NO_TEXT` or `UNPARSABLE`.
    """
    with archive.opened(data, kind.media_type, limits) as opened:
        members = [*numbered(opened, "ppt/slides/slide"), *numbered(opened, "ppt/notesSlides/notesSlide")]
        return office_xml.parse(opened, members, "ppt/media/", _DIALECT, kind, limits)
