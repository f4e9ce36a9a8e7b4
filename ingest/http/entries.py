"""What is known of one document of the door."""

from dataclasses import dataclass
from enum import StrEnum

from mailroom.contracts.records import Position


class State(StrEnum):
    """How far a document has come."""

    RECEIVED = "received"
    """It came whole; the log has not acknowledged it, and nobody was promised that it will."""
    IN_LOG = "in-log"
    """The log has it."""
    LABELLED = "labelled"
    """Its label was seen."""
    DUPLICATE = "duplicate"
    """It was dropped, since a document of the same content was labelled before."""
    DEAD_LETTER = "dead-letter"
    """Its dead letter was seen, after its label or instead of one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document.

    Attributes:
        id: Its id.
        number: Its place in its request, from 0.
        received_at: Seconds since the epoch at which its last byte came.
        state: How far it has come.
        parent: Id of the document that it is a part of.
        request: What its caller's idempotency key is known by.
        file_name: The sender's name for it.
        media_type: By its bytes.
        size: Its bytes.
        sha256: Hex digest of them.
        logged_at: Seconds since the epoch at which the log had it.
        position: Where.
        settled_at: Seconds since the epoch at which its outcome was seen.
        label: Its label.
        department: Who must act.
        decision: `auto` or `review`.
        reason: Why it was dead-lettered.
        duplicate_of: Id of the first document of the same content.
    """

    id: str
    number: int
    received_at: float
    state: State = State.RECEIVED
    parent: str | None = None
    request: str | None = None
    file_name: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    logged_at: float | None = None
    position: Position | None = None
    settled_at: float | None = None
    label: str | None = None
    department: str | None = None
    decision: str | None = None
    reason: str | None = None
    duplicate_of: str | None = None
