"""The text of office files that are XML in a zip: paragraphs as lines, rows of tables as lines of cells.

Read by lxml from the files' own elements rather than by python-docx, python-pptx and odfdo: those build whole object
models (twenty times as slow) and leave out text boxes, content controls and inserted changes, which forms and letters
have.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import archive, text
from mailroom.extract.containers import collected, plain_name
from mailroom.extract.results import Extracted, Limits, Part, PartsFound
from mailroom.extract.sniffing import Kind

# A character that XML cannot hold.
_CELL_END = "\x1f"
_IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Names of elements, each with its namespace in braces.

    Attributes:
        paragraphs: End a line.
        texts: Hold letters; empty where all within a paragraph does.
        cells: End a column of a table.
        rows: End a line of a table.
        signs: Stand for these characters.
        unread: Left out with all that is in them.
    """

    paragraphs: frozenset[str]
    texts: frozenset[str]
    cells: frozenset[str]
    rows: frozenset[str]
    signs: dict[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


def parse(
    opened: zipfile.ZipFile, members: Iterable[str], media: str, dialect: Dialect, kind: Kind, limits: Limits
) -> Extracted:
    """The text of some members of an office file; of one without any text, the images that are in it.

    Args:
        opened: The file.
        members: Names of its XML members, in reading order.
        media: The folder of its images.
        dialect: What its elements mean.
        kind: What it is.
        limits: How much of it to look at.

    Raises:
        MalformedRecord: `NO_TEXT`, `OVERSIZED` or `UNPARSABLE`.
    """
    found = "\n".join(_until_enough(opened, members, dialect, limits))
    if any(map(str.isalnum, found)):
        return text.found(found, kind, limits)
    parts = collected(_images(opened, media, limits), limits)
    return PartsFound(kind.media_type, parts) if parts else text.found(found, kind, limits)


def numbered(opened: zipfile.ZipFile, start: str) -> list[str]:
    """Names of members that are this, a number and `.xml`, by their number."""
    found = [(name, name[len(start) : -len(".xml")]) for name in opened.namelist() if name.startswith(start)]
    return [
        name
        for name, number in sorted(found, key=lambda pair: pair[1].zfill(9))
        if name.endswith(".xml") and (not number or number.isdecimal())
    ]


def _until_enough(
    opened: zipfile.ZipFile, members: Iterable[str], dialect: Dialect, limits: Limits
) -> Iterator[str]:
    characters = 0
    for member in members:
        pieces: list[str] = []
        for piece in _pieces(_root(archive.content(opened, opened.getinfo(member), limits)), dialect):
            pieces.append(piece)
            characters += len(piece)
            if characters > limits.max_characters:
                break
        # The last paragraph of a cell ends it, not the line.
        yield "".join(pieces).replace(f"\n{_CELL_END}", "\t").replace(_CELL_END, "\t").replace("\t\n", "\n")


def _root(data: bytes) -> Any:
    """Parse XML without entities, which office files have no use for: each is a way to make little into much."""
    from lxml import etree  # noqa: PLC0415

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedRecord(
            Reason.UNPARSABLE, "XML with a document type, which no office program writes: export it again"
        )
    return root


def _pieces(root: Any, dialect: Dialect) -> Iterator[str]:
    from lxml import etree  # noqa: PLC0415

    mixed, within = not dialect.texts, 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in dialect.unread:
                walk.skip_subtree()
                continue
            within += tag in dialect.paragraphs
            yield dialect.signs.get(tag, "")
            if tag in dialect.texts or (mixed and within):
                yield element.text or ""
            continue
        within -= tag in dialect.paragraphs
        yield _end(tag, dialect)
        if mixed and within:
            yield element.tail or ""


def _end(tag: str, dialect: Dialect) -> str:
    if tag in dialect.rows or tag in dialect.paragraphs:
        return "\n"
    return _CELL_END if tag in dialect.cells else ""


def _images(opened: zipfile.ZipFile, media: str, limits: Limits) -> Iterator[Part]:
    for member in opened.infolist():
        if member.filename.startswith(media) and member.filename.lower().endswith(_IMAGES):
            yield Part(archive.content(opened, member, limits), plain_name(member.filename))
