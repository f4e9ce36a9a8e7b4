"""Dead letters: the record as received, plus headers that say what happened.

The header names are Kafka Connect's, so that its tools read them and a redrive is a plain copy.
"""

from mailroom.contracts import headers as h
from mailroom.contracts.records import Failure, Header, Position, Record
from mailroom.contracts.topics import Topic

MAX_MESSAGE_CHARACTERS = 1_000
MOST_DIGITS = 19
"""Of an offset."""


def dead_letter(record: Record, failure: Failure) -> Record:
    """The record for `documents.dead-letter`: key, value and headers as received, error headers added."""
    kept = tuple(header for header in record.headers if not header[0].startswith(h.ERROR_PREFIX))
    return Record(Topic.DEAD_LETTER, record.key, record.value, kept + error_headers(failure))


def error_headers(failure: Failure) -> tuple[Header, ...]:
    """The error headers of a failure."""
    pairs = (
        (h.ERROR_TOPIC, failure.position.topic),
        (h.ERROR_PARTITION, str(failure.position.partition)),
        (h.ERROR_OFFSET, str(failure.position.offset)),
        (h.ERROR_STAGE, failure.stage),
        (h.ERROR_REASON, failure.reason),
        (h.ERROR_CLASS, failure.exception),
        (h.ERROR_MESSAGE, failure.message[:MAX_MESSAGE_CHARACTERS]),
    )
    return tuple((name, value.encode(errors="replace")) for name, value in pairs)


def read_failure(record: Record) -> Failure:
    """What a dead letter's headers say; absent ones read as empty, since foreign tools write here too."""

    def text(name: str) -> str:
        return (record.header(name) or b"").decode(errors="replace")

    def number(name: str) -> int:
        digits = text(name)
        return int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else -1

    position = Position(text(h.ERROR_TOPIC), number(h.ERROR_PARTITION), number(h.ERROR_OFFSET))
    return Failure(
        stage=text(h.ERROR_STAGE),
        reason=text(h.ERROR_REASON),
        message=text(h.ERROR_MESSAGE),
        position=position,
        exception=text(h.ERROR_CLASS),
    )
