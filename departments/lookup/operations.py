"""The table of the look-up door's operations: each path, its handler, its scope, and what its description says."""

from collections.abc import Iterator

from departments.lookup.asked import PARAMETERS
from departments.lookup.telling import EVENT_STREAM, Tell
from departments.lookup.wire import Journey, Label, Labels
from mailroom.access.scopes import Scope
from mailroom.web.health import Health, Live, Ready
from mailroom.web.operations import Description, Operation

_CANDIDATES = [{"label": "invoice", "score": 0.98}, {"label": "offer", "score": 0.02}]
_LABEL = {
    "id": "0b9f2c64-0f0a-4c0e-8a44-5b1f1f0f9d11",
    "label": "invoice",
    "predicted": "invoice",
    "confidence": 0.98,
    "candidates": _CANDIDATES,
    "decision": "auto",
    "department": "accounts-payable",
    "predicted_department": "accounts-payable",
    "state": "at_desk",
    "confirmed": False,
    "received_at": "2026-01-01T08:00:00.000000Z",
    "classified_at": "2026-01-01T08:00:00.410000Z",
    "model": "letters 3",
    "revision": 0,
    "change": 1042,
    "file_name": "scan.tiff",
}

DOCUMENT = Description("A document's label and its whole way", Journey, errors=(404, 500, 503))
LABEL = Description("A document's label", Label, errors=(404, 500, 503), answers={"labelled": _LABEL})
LABELS = Description(
    "Labels by pages; with `accept: text/event-stream` those that change from now on, as events",
    Labels,
    also=(EVENT_STREAM,),
    errors=(400, 429, 500, 503),
    headers={"last-event-id": "The id of the last event that came: those behind it are sent."},
    answers={"a page": {"labels": [_LABEL]}},
    query=PARAMETERS,
)
LIVE = Description("Whether the process lives", Live)
READY = Description("Whether requests are taken", Ready, not_ready=True)


def operations(tell: Tell, health: Health) -> Iterator[Operation]:
    """All operations of the door."""
    yield Operation("GET", "/documents/{id}", tell.document, DOCUMENT, scope=Scope.READ_LABELS)
    yield Operation("GET", "/labels/{id}", tell.label, LABEL, scope=Scope.READ_LABELS)
    yield Operation("GET", "/labels", tell.labels, LABELS, scope=Scope.READ_LABELS)
    yield Operation("GET", "/livez", health.live, LIVE)
    yield Operation("GET", "/readyz", health.ready, READY)
