"""Documents at desks, for tests."""

from datetime import UTC, datetime
from typing import Any

from departments.desks import first_standing
from departments.moving import place
from departments.rules import desk_rules
from departments.store.changes import stamp
from departments.store.engine import Store
from departments.store.tables import Document
from mailroom.settings import Settings

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def document(name: str, **given: Any) -> Document:
    """A document that the model takes for an invoice and is not sure of."""
    values: dict[str, Any] = {
        "id": name,
        "label": "invoice",
        "confidence": 0.5,
        "candidates": [{"label": "invoice", "score": 0.5}, {"label": "offer", "score": 0.4}],
        "decision": "review",
        "department": "accounts-payable",
        "language": "en",
        "model_name": "text",
        "model_version": "1",
        "model_digest": "0" * 64,
        "file_name": f"{name}.txt",
        "media_type": "text/plain",
        "size": 9,
        "sha256": "0" * 64,
        "topic": "documents.raw",
        "partition": 0,
        "offset": 1,
        "received_at": NOON,
        "cleansed_at": NOON,
        "classified_at": NOON,
        "revision": 0,
        "change": 0,
    }
    return Document(**{**values, **given})


def put(store: Store, settings: Settings, *documents: Document) -> None:
    """Documents as they come from the classifier: at their desks, which are told."""
    with store.writing() as session:
        for number, item in enumerate(documents, start=1):
            standing = first_standing(item.decision, item.department)
            item.desk, item.state = standing.desk, standing.state.value
            item.change = -number  # stamped below; two may not have the same meanwhile
            session.add(item)
            place(session, item, desk_rules(settings), item.classified_at)
        stamp(session, *documents)


def get(store: Store, name: str) -> Document:
    """A document as it is now."""
    with store.reading() as session:
        found = session.get(Document, name)
    assert found is not None
    return found
