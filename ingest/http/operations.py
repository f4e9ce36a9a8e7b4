"""The table of the door's operations: each path, its handler, its scope, and what its description says."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.http.health import Probes
from ingest.http.receiving import Receive
from ingest.http.telling import Tell
from ingest.http.wire import Documents, DocumentState
from mailroom.access.scopes import Scope
from mailroom.extract.registry import media_types
from mailroom.web.health import Live, Ready
from mailroom.web.operations import Description, Operation

BINARY: Mapping[str, Any] = {"type": "string", "format": "binary"}
FILES = ("application/octet-stream", *media_types())

_ID = "0b9f2c64-0f0a-4c0e-8a44-5b1f1f0f9d11"
_IN_LOG = {
    "id": _ID,
    "state": "in-log",
    "file_name": "scan.tiff",
    "media_type": "image/tiff",
    "size": 48213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "received_at": "2026-01-01T08:00:00.000Z",
    "logged_at": "2026-01-01T08:00:00.012Z",
    "topic": "documents.raw",
    "partition": 3,
    "offset": 1042,
}
_LABELLED = _IN_LOG | {
    "state": "labelled",
    "settled_at": "2026-01-01T08:00:00.410Z",
    "label": "invoice",
    "department": "accounts-payable",
    "decision": "auto",
}
_DEAD = _IN_LOG | {
    "state": "dead-letter",
    "settled_at": "2026-01-01T08:00:00.410Z",
    "reason": "encrypted",
}
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "array", "items": BINARY, "description": "Documents, under any field name."}
    },
}

RECEIVE = Description(
    "Put documents in: a file as the body, or several in a form",
    (DocumentState, Documents),
    request={"multipart/form-data": _FORM} | dict.fromkeys(FILES, BINARY),
    headers={
        "idempotency-key": "The same key gives the same ids, and the stream each document once.",
        "x-file-name": "The file name of a raw body, percent-encoded UTF-8.",
        "content-disposition": "Likewise, by `filename` or `filename*`.",
    },
    errors=(400, 408, 413, 415, 422, 429, 500, 503),
    status=202,
    answers={"one": _IN_LOG, "several": {"documents": [_IN_LOG]}},
)
TELL = Description(
    "What became of a document",
    DocumentState,
    errors=(404, 500, 503),
    answers={"in the log": _IN_LOG, "labelled": _LABELLED, "dead letter": _DEAD},
)
CONTENT = Description(
    "A document's original", None, also=("application/octet-stream",), errors=(404, 500, 503)
)
LIVE = Description("Whether the process lives", Live)
READY = Description("Whether documents are taken: the log answers", Ready, not_ready=True)


def operations(receive: Receive, tell: Tell, probes: Probes) -> Iterator[Operation]:
    """All operations of the door."""
    yield Operation("POST", "/documents", receive, RECEIVE, scope=Scope.WRITE_DOCUMENTS, sheds=True)
    yield Operation("GET", "/documents/{id}", tell.state, TELL, scope=Scope.READ_DOCUMENTS)
    yield Operation("GET", "/documents/{id}/content", tell.content, CONTENT, scope=Scope.READ_CONTENT)
    yield Operation("GET", "/livez", probes.live, LIVE)
    yield Operation("GET", "/readyz", probes.ready, READY)
