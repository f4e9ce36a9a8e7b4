"""Records that could not be applied, kept whole."""

import base64
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from departments.projection.errors import NotApplicable
from departments.store.tables import Refusal
from departments.store.upserts import insert_missing
from mailroom.contracts.records import Record

NULL = "\0"


def refuse(session: Session, record: Record, error: NotApplicable) -> None:
    """Keep a record, and why it was not applied.

    Args:
        session: A transaction that writes.
        record: As read from the log.
        error: Why.
    """
    place = record.position
    if place is None:
        raise ValueError("a record that was not read from a log")
    row = {
        "topic": place.topic,
        "partition": place.partition,
        "offset": place.offset,
        "document_id": storable(error.document_id),
        "reason": error.why.value,
        "message": storable(str(error)) or "",
        "value": record.value,
        "headers": [
            [storable(name), base64.b64encode(value or b"").decode()] for name, value in record.headers
        ],
        "at": datetime.now(UTC),
    }
    insert_missing(session, Refusal, [row])


def storable(text: str | None) -> str | None:
    """A text that any database takes."""
    return None if text is None else text.replace(NULL, "\N{SYMBOL FOR NULL}")
