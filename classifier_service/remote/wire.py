"""What is said to a model over HTTP: the part of the Open Inference Protocol V2 that it must speak.

    GET  /v2/models/{name}        metadata, with `properties.labels`
    GET  /v2/models/{name}/ready  200 when it takes requests
    POST /v2/models/{name}/infer  `text` BYTES (documents) in, `probabilities` FP64 (documents, labels) out

`docs/foreign-models.md` says it in full.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

TEXT, PROBABILITIES = "text", "probabilities"

Scores = npt.NDArray[np.float64]

_TOLERANCE = 0.01
"""How far the probabilities of a document may be from one in sum: single precision, and rounding for people."""


class NoAnswer(ValueError):
    """What came is no answer of the protocol; the message says what is missing."""


class Properties(msgspec.Struct, frozen=True):
    """What a model says of itself beside the protocol's own fields.

    Attributes:
        labels: The columns of `probabilities`, in order, separated by commas.
        digest: What tells it from other models of the same version.
    """

    labels: str
    digest: str = ""


class Metadata(msgspec.Struct, frozen=True):
    """The answer to `GET /v2/models/{name}`."""

    name: str
    properties: Properties
    versions: list[str] = []

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels."""
        return tuple(label.strip() for label in self.properties.labels.split(",") if label.strip())

    @property
    def version(self) -> str:
        """The newest version."""
        return self.versions[-1] if self.versions else ""


class Tensor(msgspec.Struct, frozen=True):
    """A tensor, flat or nested."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any]


class Answer(msgspec.Struct, frozen=True):
    """The answer to an inference."""

    outputs: list[Tensor]
    model_version: str = ""


_METADATA, _ANSWER = msgspec.json.Decoder(Metadata), msgspec.json.Decoder(Answer)


def encode(texts: Sequence[str]) -> bytes:
    """The request for some texts."""
    tensor = {"name": TEXT, "shape": [len(texts)], "datatype": "BYTES", "data": list(texts)}
    return msgspec.json.encode({"inputs": [tensor]})


def decode_metadata(body: bytes) -> Metadata:
    """Metadata.

    Raises:
        NoAnswer: It is none, or names no labels.
    """
    try:
        metadata = _METADATA.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoAnswer(f"no metadata of a model: {error}") from error
    if len(set(metadata.labels)) != len(metadata.labels) or not metadata.labels:
        raise NoAnswer("properties.labels names none, or one twice")
    return metadata


def decode_answer(body: bytes, documents: int, labels: int) -> tuple[Scores, str]:
    """Probabilities (documents, labels), and the version of the model that gave them.

    Raises:
        NoAnswer: They are not there, of another shape, or no probabilities.
    """
    try:
        answer = _ANSWER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoAnswer(f"no answer to an inference: {error}") from error
    found = [tensor for tensor in answer.outputs if tensor.name == PROBABILITIES]
    if len(found) != 1:
        raise NoAnswer(f"no output named {PROBABILITIES!r}")
    return _probabilities(found[0].data, documents, labels), answer.model_version


def _probabilities(data: list[Any], documents: int, labels: int) -> Scores:
    try:
        rows = np.asarray(data, dtype=np.float64).reshape(documents, labels)
    except (TypeError, ValueError) as error:
        raise NoAnswer(f"{PROBABILITIES} are not {documents} x {labels} numbers") from error
    if not (
        np.isfinite(rows).all() and (rows >= 0).all() and (abs(rows.sum(axis=1) - 1) <= _TOLERANCE).all()
    ):
        raise NoAnswer(f"{PROBABILITIES} of a document are not between 0 and 1 with a sum of 1")
    return rows
