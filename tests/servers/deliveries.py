"""Documents and deliveries, as they are in the departments' database when something is to be sent."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from departments.delivery.messages import Facts, Message
from departments.store.engine import Store, open_store
from departments.store.tables import ASSIGNED, AT_DESK, DUE, Delivery, Document
from mailroom.desk_settings import DesksSettings
from mailroom.objects import ObjectStore

DESK = "accounts-payable"
START = datetime(2026, 1, 1, tzinfo=UTC)
CONTENT = b"Invoice 4711: 12 screws"


def opened(folder: Path, desk: Mapping[str, Any], **more: Any) -> tuple[Store, DesksSettings]:
    """A database of its own in a folder, and settings with one desk."""
    url = SecretStr(f"sqlite:///{folder / 'departments.db'}")
    settings = DesksSettings.model_validate({"database": url, "at": {DESK: desk}, **more})
    return open_store(settings), settings


def kept(folder: Path, content: bytes = CONTENT) -> tuple[ObjectStore, str]:
    """A store of originals that holds a document, and its URI."""
    objects = ObjectStore(f"file://{folder / 'objects'}")
    return objects, objects.put(content)


def add(store: Store, number: int = 1, *, dataref: str | None = None, **values: Any) -> str:
    """A delivery that is due, and its document unless that is there; the delivery's id."""
    given = {
        "desk": DESK,
        "channel": "webhook",
        "event": ASSIGNED,
        "revision": 0,
        "created_at": START,
    } | values
    document = str(given.pop("document_id", f"document-{number}"))
    with store.writing() as session:
        if session.get(Document, document) is None:
            session.add(_document(document, number, dataref))
        name = f"{document}-{given['desk']}-{given['channel']}-{given['event']}-{given['revision']}"
        found = Delivery(
            id=hashlib.sha256(name.encode()).hexdigest()[:32],
            document_id=document,
            **({"state": DUE, "attempts": 0, "next_at": given["created_at"]} | given),
        )
        session.add(found)
        return found.id


def delivery(store: Store, delivery_id: str) -> Delivery:
    """A delivery as it is now."""
    with store.reading() as session:
        return session.get_one(Delivery, delivery_id)


def message(**values: Any) -> Message:
    """A message about an invoice; `facts` holds what is different about the document."""
    facts: dict[str, Any] = {
        "id": "4711",
        "label": "invoice",
        "predicted": "invoice",
        "confidence": 0.93,
        "decision": "auto",
        "language": "en",
        "desk": DESK,
        "media_type": "text/plain",
        "size": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "received_at": "2026-01-01T00:00:00.000000Z",
        "file_name": "invoice.txt",
    } | values.pop("facts", {})
    given: dict[str, Any] = {
        "id": "m1",
        "desk": DESK,
        "channel": "webhook",
        "event": ASSIGNED,
        "revision": 0,
        "at": START,
    } | values
    return Message(facts=Facts(**facts), **given)


def _document(document: str, number: int, dataref: str | None) -> Document:
    return Document(
        id=document,
        label="invoice",
        confidence=0.93,
        candidates=[{"label": "invoice", "score": 0.93}],
        decision="auto",
        department=DESK,
        desk=DESK,
        state=AT_DESK,
        language="en",
        model_name="linear",
        model_version="1",
        model_digest="d",
        file_name="invoice.txt",
        media_type="text/plain",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        dataref=dataref,
        topic="documents.raw",
        partition=0,
        offset=number,
        received_at=START,
        cleansed_at=START,
        classified_at=START,
        revision=0,
        change=number,
    )
