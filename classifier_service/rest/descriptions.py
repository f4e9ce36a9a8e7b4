"""What the OpenAPI description says of each operation: its summary, what it takes, what it gives, examples."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from classifier_service.rest.answers import Labelled, NotLabelled, Results
from classifier_service.rest.classify import Text, Texts
from classifier_service.rest.problems import ProtocolError
from classifier_service.rest.tensors import InferenceRequest, InferenceResponse
from classifier_service.rest.wire import (
    IndexEntry,
    ModelMetadata,
    ModelReady,
    Predictions,
    ServerMetadata,
)
from mailroom.extract.registry import media_types
from mailroom.extract.zip_kinds import ZIP
from mailroom.web.health import Live, Ready
from mailroom.web.operations import Description

JSON = "application/json"
BODY_ERRORS = (400, 408, 413, 415, 429, 500, 503)
BINARY: Mapping[str, Any] = {"type": "string", "format": "binary"}

_protocol = partial(Description, problem=ProtocolError)
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "array", "items": BINARY, "description": "Documents, under any field name."},
        "text": {"type": "array", "items": {"type": "string"}, "description": "Texts."},
    },
}
# JSON has forms of its own here, and the documents of an archive want a label each.
_FILES = [media_type for media_type in media_types() if media_type not in {JSON, ZIP}]
_LETTER = "Please find attached our invoice 2026-117 over 420.00 EUR, due within 14 days."
_INFER = {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [_LETTER]}]}

CLASSIFY = Description(
    "Label documents: a file, several, or texts as JSON",
    (Labelled, Results),
    request={JSON: (Text, Texts), "multipart/form-data": _FORM} | dict.fromkeys(_FILES, BINARY),
    examples={
        "one text": {"text": _LETTER},
        "several texts": {"documents": [{"id": "a-1", "text": _LETTER}, {"id": "a-2", "text": "I quit."}]},
    },
    errors=(*BODY_ERRORS, 422),
    mentions=(Labelled, NotLabelled),
)
INVOCATIONS = Description(
    "Label documents as SageMaker's hosting and MLflow's clients ask for it",
    Predictions,
    request={
        JSON: {
            "type": "object",
            "properties": {
                name: {} for name in ("inputs", "instances", "dataframe_split", "dataframe_records")
            },
        },
        **dict.fromkeys(_FILES, BINARY),
        "text/csv": {"type": "string"},
        "application/jsonlines": {"type": "string"},
    },
    examples={
        "texts": {"inputs": [_LETTER]},
        "a frame": {"dataframe_split": {"columns": ["text"], "data": [[_LETTER]]}},
    },
    errors=(*BODY_ERRORS, 422),
    mentions=(Labelled, NotLabelled),
    also=("text/csv", "application/jsonlines"),
)
PING = Description("Whether requests are taken", Ready, not_ready=True)
READY = _protocol("Whether requests are taken", Ready, not_ready=True)
LIVE = _protocol("Whether the process lives", Live)
METRICS = Description("Metrics, for Prometheus", None, also=("text/plain", "application/openmetrics-text"))
SERVER = _protocol("The server", ServerMetadata)
MODEL = _protocol("The model: what it takes and gives", ModelMetadata, errors=(404,))
MODEL_READY = _protocol("Whether the model takes requests", ModelReady, errors=(404, 503))
INFER = _protocol(
    "Label the documents of a tensor",
    InferenceResponse,
    request={JSON: InferenceRequest},
    examples={
        "one text": _INFER,
        "labels alone, whatever the documents are": _INFER
        | {"outputs": [{"name": "label"}, {"name": "error"}]},
    },
    errors=(*BODY_ERRORS, 404),
)
INDEX = _protocol("The models of this service", list[IndexEntry], errors=BODY_ERRORS)
LOAD = _protocol(
    "Let the package that is now in its place take over", ModelMetadata, errors=(*BODY_ERRORS, 404)
)
UNLOAD = _protocol("Refused: a service without its model would be none", None, errors=(400, 404))
