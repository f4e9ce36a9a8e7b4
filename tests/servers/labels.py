"""Labels as records of the log, for tests of what reads them."""

from typing import Any

from mailroom.contracts import headers as h
from mailroom.contracts.codec import encode
from mailroom.contracts.records import (
    Candidate,
    Classification,
    Feedback,
    ModelReference,
    Position,
    Record,
    Source,
)
from mailroom.contracts.topics import Topic

NOON = "2026-01-01T12:00:00.000Z"
STAMP = 1_767_268_800.0
"""Noon, in seconds since the epoch."""


def original(**given: Any) -> Source:
    """A text of the raw topic, which came a second before it was labelled."""
    values: dict[str, Any] = {
        "topic": "documents.raw",
        "partition": 0,
        "offset": 7,
        "media_type": "text/plain",
        "size": 9,
        "sha256": "0" * 64,
        "received_at": "2026-01-01T11:59:59.000Z",
        "file_name": "letter.txt",
    }
    return Source(**values | given)


def classification(name: str, **given: Any) -> Classification:
    """An invoice, surely."""
    values: dict[str, Any] = {
        "label": "invoice",
        "confidence": 0.9,
        "candidates": (Candidate("invoice", 0.9), Candidate("offer", 0.1)),
        "decision": "auto",
        "department": "accounts-payable",
        "language": "en",
        "model": ModelReference("text", "1", "0" * 64),
        "source": original(),
        "cleansed_at": NOON,
        "classified_at": NOON,
    }
    return Classification(id=name, **values | given)


def label(name: str, offset: int = 0, **given: Any) -> Record:
    """A label, read at an offset."""
    value = encode(classification(name, **given))
    return Record(Topic.CLASSIFIED, name.encode(), value, (), Position(Topic.CLASSIFIED, 0, offset), STAMP)


def judgement(name: str, said: str, act: str, offset: int = 0, **given: Any) -> Record:
    """Somebody's judgement on a document that was taken for an invoice, read at an offset."""
    values: dict[str, Any] = {"predicted": "invoice", "actor": "ada", "at": "2026-01-01T13:00:00.000Z"}
    feedback = Feedback(id=name, label=said, source=original(), **values | given)
    return Record(
        Topic.FEEDBACK,
        name.encode(),
        encode(feedback),
        ((h.ID, act.encode()),),
        Position(Topic.FEEDBACK, 0, offset),
        STAMP,
    )
