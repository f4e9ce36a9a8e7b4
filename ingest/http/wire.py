"""The JSON that the HTTP door answers."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from ingest.http.entries import Entry, State
from mailroom.streams.clock import rfc3339

Told = Literal["received", "in-log", "opened", "labelled", "duplicate", "dead-letter"]


class DocumentState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a document, as far as this door knows.

    Attributes:
        id: Its id.
        state: `received` (the log has not acknowledged), `in-log`, `opened` (it holds others and has no
            text of its own: see its parts), `labelled`, `duplicate` (dropped: the same content was
            labelled before) or `dead-letter`.
        file_name: The sender's name for it.
        media_type: By its bytes.
        size: Its bytes.
        sha256: Hex digest of them.
        received_at: RFC 3339 time at which its last byte came.
        logged_at: RFC 3339 time at which the log had it.
        topic: Where in the log.
        partition: Likewise.
        offset: Likewise.
        settled_at: RFC 3339 time at which its label or dead letter was seen.
        label: Its label.
        department: Who must act.
        decision: `auto`, or `review` where a person must look.
        reason: Why it is a dead letter.
        duplicate_of: Id of the first document of the same content, whether this one was labelled too or dropped.
        parent: Id of the document that it is a part of.
        parts: Those of its parts whose label or dead letter was seen.
    """

    id: str
    state: Told
    file_name: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    received_at: str | None = None
    logged_at: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    settled_at: str | None = None
    label: str | None = None
    department: str | None = None
    decision: str | None = None
    reason: str | None = None
    duplicate_of: str | None = None
    parent: str | None = None
    parts: "list[DocumentState]" = []


class Documents(msgspec.Struct, frozen=True):
    """Several documents, in the order in which they came."""

    documents: list[DocumentState]


def state_of(entry: Entry, parts: Sequence[Entry] = ()) -> DocumentState:
    """A document as it is told of."""
    place = entry.position
    return DocumentState(
        id=entry.id,
        state="opened" if parts and entry.state is State.IN_LOG else entry.state.value,
        file_name=entry.file_name,
        media_type=entry.media_type,
        size=entry.size,
        sha256=entry.sha256,
        received_at=rfc3339(entry.received_at),
        logged_at=_time(entry.logged_at),
        topic=None if place is None else place.topic,
        partition=None if place is None else place.partition,
        offset=None if place is None else place.offset,
        settled_at=_time(entry.settled_at),
        label=entry.label,
        department=entry.department,
        decision=entry.decision,
        reason=entry.reason,
        duplicate_of=entry.duplicate_of,
        parent=entry.parent,
        parts=[state_of(part) for part in parts],
    )


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
