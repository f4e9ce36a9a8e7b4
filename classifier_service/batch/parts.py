"""What a batch is made of: parts that are labelled and kept whole, and the documents in them."""

from dataclasses import dataclass
from enum import StrEnum

from classifier_service.intake import Original
from classifier_service.refusal import Refusal
from mailroom.places import Found


class Kind(StrEnum):
    """What the files of a part hold."""

    LINES = "lines"
    ROWS = "rows"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the input: what one worker labels in one go, and what a crash costs.

    Attributes:
        number: Its place among all parts; results are in this order.
        kind: Lines of a JSON Lines file, rows of a Parquet file, or files that are documents themselves.
        files: One for lines and rows.
        weight: Bytes to be read.
        start: First byte (of lines) or row.
        stop: Behind the last; a line belongs to the part that its first byte is in.
        root: The folder that was named, where the files were found in one; ids are relative to it.
    """

    number: int
    kind: Kind
    files: tuple[Found, ...]
    weight: int
    start: int = 0
    stop: int = 0
    root: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A document of a part.

    Attributes:
        id: As given, else where it stands.
        place: The file that it is or stands in.
        original: The document, or why it could not be read.
    """

    id: str
    place: str
    original: Original | Refusal
