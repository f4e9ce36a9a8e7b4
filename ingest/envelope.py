"""A document as a record of `documents.raw`: the CloudEvents Kafka binding, binary mode."""

import secrets

from ingest.documents import Document, Reference
from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.streams.clock import rfc3339


def raw_record(document: Document, *, source: str, now: float, traceparent: str | None = None) -> Record:
    """The record that carries a document, or the reference to it, into the log.

    Args:
        document: What is sent.
        source: CloudEvents source: which door it came in by, as a URI reference.
        now: Seconds since the epoch.
        traceparent: W3C trace context; a new trace begins without it.
    """
    body = document.content.body
    pairs = [
        (h.SPEC_VERSION, h.SPECIFICATION),
        (h.ID, document.id),
        (h.SOURCE, source),
        (h.TYPE, h.TYPE_RAW),
        (h.TIME, rfc3339(now)),
        (h.SUBJECT, document.file_name),
        (h.CONTENT_TYPE, document.content.media_type),
        (h.TRACEPARENT, traceparent or new_trace()),
        *(reference_headers(body) if isinstance(body, Reference) else ()),
    ]
    return Record(
        topic=Topic.RAW,
        key=document.id.encode(),
        value=b"" if isinstance(body, Reference) else body.data,
        headers=tuple((name, value.encode("utf-8", "replace")) for name, value in pairs if value is not None),
    )


def reference_headers(reference: Reference) -> tuple[tuple[str, str], ...]:
    """The claim check: where the bytes are, and how to tell that they are the right ones."""
    return (
        (h.DATAREF, reference.uri),
        (h.SHA256, reference.sha256),
        (h.SIZE, str(reference.size)),
    )


def new_trace() -> str:
    """A W3C `traceparent` that begins a sampled trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
