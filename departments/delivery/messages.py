"""What a desk is told: that a document is its own now, or no longer is."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from departments.store.columns import rfc3339


@dataclass(frozen=True, slots=True)
class Facts:
    """A document as it stands when it is told of.

    Attributes:
        id: The document's id.
        label: The person's label where one decided, else the model's.
        predicted: The model's label.
        confidence: Of the model's label, 0 to 1.
        decision: As classified: `auto` or `review`.
        language: ISO 639-1 code of the text, or `und`.
        desk: Who has it now.
        media_type: The true media type, by the bytes.
        size: Bytes of the original.
        sha256: Hex digest of the original.
        received_at: RFC 3339 time of entry.
        file_name: The sender's name for it; anything that a sender may write.
        dataref: URI of the original in the object store, where it was kept.
        parent: Id of the document that this one is a part of.
        due_at: RFC 3339 time by which it should be handled.
    """

    id: str
    label: str
    predicted: str
    confidence: float
    decision: str
    language: str
    desk: str
    media_type: str
    size: int
    sha256: str
    received_at: str
    file_name: str | None = None
    dataref: str | None = None
    parent: str | None = None
    due_at: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one desk over one channel; the same however often it is tried.

    Attributes:
        id: Of the delivery: the receiver's idempotency key. Without full stops, which the signature sets apart by.
        desk: Who is told.
        channel: `webhook`, `email` or `folder`.
        event: `document.assigned` or `document.recalled`.
        revision: How many acts the document had seen when this became due: the order of messages about one document.
        at: When it became due.
        facts: The document.
        attempts: How often it was tried, this time included.
    """

    id: str
    desk: str
    channel: str
    event: str
    revision: int
    at: datetime
    facts: Facts
    attempts: int = 1

    def data(self) -> dict[str, Any]:
        """What is told of the document, JSON-serialisable."""
        facts = self.facts
        return {
            "id": facts.id,
            "desk": self.desk,
            "revision": self.revision,
            "now_at": facts.desk,
            "label": facts.label,
            "predicted": facts.predicted,
            "confidence": facts.confidence,
            "decision": facts.decision,
            "language": facts.language,
            "file_name": facts.file_name,
            "media_type": facts.media_type,
            "size": facts.size,
            "sha256": facts.sha256,
            "dataref": facts.dataref,
            "parent": facts.parent,
            "received_at": facts.received_at,
            "due_at": facts.due_at,
        }

    def envelope(self) -> dict[str, Any]:
        """The message as Standard Webhooks recommends it: type, time of the event, data."""
        return {"type": self.event, "timestamp": rfc3339(self.at), "data": self.data()}

    def body(self) -> bytes:
        """The envelope as JSON: in ASCII, so that no receiver's idea of encodings can break the signature."""
        return json.dumps(self.envelope(), separators=(",", ":")).encode("ascii")
