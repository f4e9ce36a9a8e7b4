"""A dead letter as a value: what an operator sees of it, without its bytes."""

from dataclasses import dataclass

from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import read_failure
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.records import Failure, Header, Position, Record

MOST_DIGITS = 9
"""A redrive count with more is none."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known of a dead letter.

    Attributes:
        place: Where it lies in `documents.dead-letter`.
        id: The document's id; the place of its record where that gave none.
        failure: Why it is here, and where the stage that gave up had read it.
        attempt: How often the document was redriven before this failure.
        at: When it was dead-lettered, seconds since the epoch; None where the log does not say.
        file_name: The sender's name for it.
        size: Bytes of its value; None for a null one.
        headers: All of them, as they lie there.
        redriven: Whether this very letter was sent again.
    """

    place: Position
    id: str
    failure: Failure
    attempt: int
    at: float | None
    file_name: str | None
    size: int | None
    headers: tuple[Header, ...]
    redriven: bool = False


def letter_of(record: Record, *, redriven: bool = False) -> Letter:
    """A record of `documents.dead-letter`, as it was read."""
    failure = read_failure(record)
    subject = record.header(h.SUBJECT)
    return Letter(
        place=record.position or Position(record.topic, -1, -1),
        id=identifier(record),
        failure=failure,
        attempt=attempt(record),
        at=record.timestamp,
        file_name=None if subject is None else subject.decode(errors="replace"),
        size=None if record.value is None else len(record.value),
        headers=record.headers,
        redriven=redriven,
    )


def identifier(record: Record) -> str:
    """The document's id as its stage knew it: without a readable `ce_id`, the place where that had read it."""
    try:
        if record.header(h.ID) is not None:
            return codec.document_id(record)
    except MalformedRecord:
        pass
    return str(read_failure(record).position)


def attempt(record: Record) -> int:
    """How often a document was redriven; an unreadable count is none, since no redrive of ours wrote it."""
    count = record.header(h.REDRIVE) or b""
    return int(count) if count.isdigit() and len(count) <= MOST_DIGITS else 0
