"""The JSON of answers that tell about the service itself."""

import msgspec

from classifier_service.rest.answers import ResultList


class ModelReady(msgspec.Struct, frozen=True):
    """Whether a model takes requests."""

    name: str
    ready: bool


class ServerMetadata(msgspec.Struct, frozen=True):
    """The server.

    Attributes:
        name: Of the software.
        version: Of the software.
        extensions: Of the protocol, that it has.
    """

    name: str
    version: str
    extensions: tuple[str, ...]


class MetadataTensor(msgspec.Struct, frozen=True):
    """A tensor's form.

    Attributes:
        name: How requests and answers call it.
        datatype: `BYTES` or `FP64`.
        shape: -1 for any number of documents.
    """

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(msgspec.Struct, frozen=True):
    """A model.

    Attributes:
        name: In the protocol's paths.
        versions: The one in service.
        platform: What runs it.
        inputs: What it takes.
        outputs: What it gives.
        properties: Labels in the order of the probabilities, joined by commas; the package, its kernel and digest.
    """

    name: str
    versions: list[str]
    platform: str
    inputs: list[MetadataTensor]
    outputs: list[MetadataTensor]
    properties: dict[str, str]


class IndexEntry(msgspec.Struct, frozen=True):
    """A model of the repository."""

    name: str
    version: str
    state: str
    reason: str


class Predictions(msgspec.Struct, frozen=True):
    """The answer to an invocation, in the order of the documents."""

    predictions: ResultList
