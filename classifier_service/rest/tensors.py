"""Tensors of the Open Inference Protocol V2: documents in, labels out."""

import base64
import binascii
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from classifier_service.classifier import Outcome
from classifier_service.intake import Original
from classifier_service.refusal import Refusal
from classifier_service.rest.wire import MetadataTensor
from mailroom.contracts.records import Classification
from mailroom.model_package import Manifest
from mailroom.web.bodies import NO_JSON
from mailroom.web.http import RequestRefused

TEXT = "text"
BYTES, FP64 = "BYTES", "FP64"
BASE64 = "base64"
ERROR = "error"
"""The output that is given only where it is asked for: a request that has it is answered whatever its documents are."""


class InputTensor(msgspec.Struct, frozen=True):
    """A tensor of documents.

    Attributes:
        name: `text`.
        shape: (documents) or (documents, 1).
        datatype: `BYTES`.
        data: Strings; nested as the shape or flat.
        parameters: `content_type` `base64` for files, whose bytes are so encoded; texts otherwise.
    """

    name: str
    shape: list[int]
    datatype: str
    data: list[Any] | None = None
    parameters: dict[str, Any] = {}


class OutputWanted(msgspec.Struct, frozen=True):
    """An output that the caller asks for."""

    name: str
    parameters: dict[str, Any] = {}


class InferenceRequest(msgspec.Struct, frozen=True):
    """A request.

    Attributes:
        inputs: One tensor.
        id: The caller's name for the request.
        parameters: Not looked at.
        outputs: What is wanted; everything but `error` where it is absent or empty.
    """

    inputs: list[InputTensor]
    id: str | None = None
    parameters: dict[str, Any] = {}
    outputs: list[OutputWanted] = []


class OutputTensor(msgspec.Struct, frozen=True):
    """A tensor of answers."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any]


class InferenceResponse(msgspec.Struct, frozen=True):
    """An answer."""

    model_name: str
    model_version: str
    id: str
    outputs: list[OutputTensor]


_DECODER = msgspec.json.Decoder(InferenceRequest)


def decode(body: bytes) -> InferenceRequest:
    """A request's body.

    Raises:
        RequestRefused: 400 where it is no inference request.
    """
    try:
        return _DECODER.decode(body)
    except NO_JSON as error:
        raise RequestRefused(400, f"no inference request ({error}): {EXAMPLE}") from error


EXAMPLE = 'send JSON such as {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["…"]}]}'


def documents(request: InferenceRequest, request_id: str) -> list[Original]:
    """The documents of a request.

    Raises:
        RequestRefused: 400 where there is another tensor, or its shape is not that of its data.
    """
    if len(request.inputs) != 1 or request.inputs[0].name != TEXT:
        names = ", ".join(tensor.name[:40] for tensor in request.inputs[:5]) or "none"
        raise RequestRefused(400, f"one input named {TEXT!r} is taken, given: {names}: {EXAMPLE}")
    tensor = request.inputs[0]
    strings = _strings(tensor)
    if tensor.parameters.get("content_type") == BASE64:
        contents: Sequence[bytes | str] = [_file(place, item) for place, item in enumerate(strings)]
    else:
        contents = strings
    return [Original(f"{request_id}-{place}", content) for place, content in enumerate(contents)]


def _strings(tensor: InputTensor) -> list[str]:
    if tensor.datatype != BYTES:
        raise RequestRefused(400, f"datatype {tensor.datatype[:40]!r} is not taken: send {BYTES}")
    if tensor.data is None:
        raise RequestRefused(400, f"binary tensors are not taken: {EXAMPLE}")
    data = list(_flat(tensor.data))
    if not all(isinstance(item, str) for item in data):
        raise RequestRefused(400, f"the data of a {BYTES} tensor are strings: {EXAMPLE}")
    shape = tensor.shape
    if not 1 <= len(shape) <= 2 or shape[1:] not in ([], [1]) or math.prod(shape) != len(data) or not data:  # noqa: PLR2004
        raise RequestRefused(
            400,
            f"shape {shape[:8]} does not fit {len(data)} documents: give (documents) or (documents, 1), one at least",
        )
    return data


def _flat(data: Sequence[Any]) -> Iterator[Any]:
    for item in data:
        if isinstance(item, list):
            yield from item
        else:
            yield item


def _file(place: int, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestRefused(400, f"document {place} is not base64 ({error}): encode its bytes so") from error


def _label(outcome: Outcome) -> str:
    return outcome.label if isinstance(outcome, Classification) else ""


def _confidence(outcome: Outcome) -> float:
    return outcome.confidence if isinstance(outcome, Classification) else 0.0


def _decision(outcome: Outcome) -> str:
    return outcome.decision if isinstance(outcome, Classification) else ""


def _department(outcome: Outcome) -> str:
    return outcome.department if isinstance(outcome, Classification) else ""


def _error(outcome: Outcome) -> str:
    return f"{outcome.reason}: {outcome.message}" if isinstance(outcome, Refusal) else ""


COLUMNS: Mapping[str, tuple[str, Callable[[Outcome], Any]]] = {
    "label": (BYTES, _label),
    "confidence": (FP64, _confidence),
    "decision": (BYTES, _decision),
    "department": (BYTES, _department),
    ERROR: (BYTES, _error),
}
"""Outputs with one value for each document, `probabilities` being the one that has more."""

PROBABILITIES = "probabilities"
BY_DEFAULT = ("label", "confidence", PROBABILITIES, "decision", "department")


def wanted(request: InferenceRequest) -> Sequence[str]:
    """Names of the outputs to give.

    Raises:
        RequestRefused: 400 where one is unknown.
    """
    names = [output.name for output in request.outputs] or BY_DEFAULT
    for name in names:
        if name not in COLUMNS and name != PROBABILITIES:
            known = ", ".join((*BY_DEFAULT, ERROR))
            raise RequestRefused(400, f"there is no output {name[:40]!r}: ask for some of {known}")
    return names


def outputs(names: Sequence[str], outcomes: Sequence[Outcome], manifest: Manifest) -> list[OutputTensor]:
    """Outcomes as tensors; what has no label has empty strings and zeros."""
    return [_output(name, outcomes, manifest.labels) for name in names]


def _output(name: str, outcomes: Sequence[Outcome], labels: Sequence[str]) -> OutputTensor:
    if name == PROBABILITIES:
        data = [score for outcome in outcomes for score in _row(outcome, labels)]
        return OutputTensor(name, [len(outcomes), len(labels)], FP64, data)
    datatype, value = COLUMNS[name]
    return OutputTensor(name, [len(outcomes)], datatype, [value(outcome) for outcome in outcomes])


def _row(outcome: Outcome, labels: Sequence[str]) -> list[float]:
    if isinstance(outcome, Refusal):
        return [0.0] * len(labels)
    scores = {candidate.label: candidate.score for candidate in outcome.candidates}
    return [scores[label] for label in labels]


def described(manifest: Manifest) -> tuple[list[MetadataTensor], list[MetadataTensor]]:
    """Inputs and outputs as a model's metadata names them."""
    columns = [(name, datatype, [-1]) for name, (datatype, _) in COLUMNS.items()]
    tensors = [*columns[:2], (PROBABILITIES, FP64, [-1, len(manifest.labels)]), *columns[2:]]
    return [MetadataTensor(TEXT, BYTES, [-1])], [MetadataTensor(*tensor) for tensor in tensors]
