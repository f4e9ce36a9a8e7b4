"""A document at the door, and what became of it."""

from dataclasses import dataclass
from hashlib import sha256

from mailroom.contracts.records import Position


@dataclass(frozen=True, slots=True)
class Inline:
    """Bytes that travel in the record itself."""

    data: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hex."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Reference:
    """Bytes that stay in the object store: URI, hex digest and number of bytes."""

    uri: str
    sha256: str
    size: int

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hex."""
        return self.sha256


Body = Inline | Reference


@dataclass(frozen=True, slots=True)
class Content:
    """What was read: the bytes, or where they are, and their media type by the bytes."""

    body: Body
    media_type: str


@dataclass(frozen=True, slots=True)
class Document:
    """What is about to enter the log.

    Attributes:
        id: Unique among all documents.
        content: What it holds.
        file_name: The sender's name for it, without folders; None where it has none.
    """

    id: str
    content: Content
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A document that the log has acknowledged."""

    id: str
    file: str
    position: Position


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that was not sent, or whose acknowledgement did not come, and why."""

    file: str
    error: str


Outcome = Sent | Failed


def printable(name: str) -> str:
    """A file name as valid Unicode: bytes that are not UTF-8 become question marks."""
    return name.encode("utf-8", "replace").decode()


def as_json(outcome: Outcome) -> dict[str, object]:
    """An outcome as the command line prints it."""
    if isinstance(outcome, Failed):
        return {"file": outcome.file, "error": outcome.error}
    position = outcome.position
    return {
        "id": outcome.id,
        "file": outcome.file,
        "partition": position.partition,
        "offset": position.offset,
    }
