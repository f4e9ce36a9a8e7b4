"""The Open Inference Protocol V2: metadata, readiness, inference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from classifier_service.classifier import Outcome
from classifier_service.labelling import Labeller
from classifier_service.models import Models
from classifier_service.refusal import Refusal
from classifier_service.rest import tensors
from classifier_service.rest.problems import STATUSES
from classifier_service.rest.wire import ModelMetadata, ModelReady, ServerMetadata
from mailroom.contracts.reasons import Reason
from mailroom.web.bodies import BodyReader
from mailroom.web.endpoint import DoorState
from mailroom.web.http import RETRY_LATER, Answer, Request, RequestRefused

SERVER = "mailroom-classifier"
EXTENSIONS = ("model_repository",)
PLATFORM = "mailroom"
MAX_DOCUMENTS = 1000

_ENCODER = msgspec.json.Encoder()
_JSON_TYPES = ("", "application/json")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Handlers that tell about the server and its one model."""

    models: Models
    state: DoorState
    release: str

    async def server(self, request: Request) -> Answer:  # noqa: ARG002 - a handler
        """Name, version and extensions of the server."""
        return _json(ServerMetadata(SERVER, self.release, EXTENSIONS))

    async def model(self, request: Request) -> Answer:
        """What the model takes and gives.

        Raises:
            RequestRefused: 404 for another model or version.
        """
        require_model(self.models, request)
        return _json(metadata(self.models))

    async def ready(self, request: Request) -> Answer:
        """Whether the model takes requests.

        Raises:
            RequestRefused: 404 for another model or version.
        """
        require_model(self.models, request)
        if self.state.draining:
            raise RequestRefused(503, "the service is stopping: ask another instance", RETRY_LATER)
        return _json(ModelReady(self.models.name, ready=True))


def metadata(models: Models) -> ModelMetadata:
    """A model's metadata, what the protocol has no place for among its properties."""
    manifest = models.current.manifest
    inputs, outputs = tensors.described(manifest)
    properties = {
        "labels": ",".join(manifest.labels),
        "package": manifest.name,
        "kernel": manifest.kernel,
        "digest": manifest.digest,
    }
    return ModelMetadata(models.name, [manifest.version], PLATFORM, inputs, outputs, properties)


def require_model(models: Models, request: Request) -> None:
    """Refuse what is asked of another model or version.

    Raises:
        RequestRefused: 404.
    """
    name, version = request.parameters["name"], request.parameters.get("version")
    if name != models.name:
        raise RequestRefused(404, f"there is no model {name[:80]!r}: this service has {models.name!r}")
    serving = models.current.manifest.version
    if version is not None and version != serving:
        raise RequestRefused(404, f"there is no version {version[:80]!r}: {serving!r} is in service")


@dataclass(frozen=True, slots=True)
class Infer:
    """The handler of inference."""

    labeller: Labeller
    bodies: BodyReader

    async def __call__(self, request: Request) -> Answer:
        """Label the documents of a tensor.

        Raises:
            RequestRefused: 400 for what is no request of the protocol or holds a document without a label, 404 for
                another model, 415 for what is not JSON.
            Overloaded: Too much waits already.
        """
        models = self.labeller.models
        require_model(models, request)
        self.labeller.require_room()
        body = await self.bodies.read(request)
        if request.media_type not in _JSON_TYPES:
            raise RequestRefused(415, f"{request.media_type[:80]} is not taken: {tensors.EXAMPLE}")
        asked = tensors.decode(body)
        names = tensors.wanted(asked)
        identifier = request.id if asked.id is None else asked.id
        given = tensors.documents(asked, identifier)
        if len(given) > MAX_DOCUMENTS:
            raise RequestRefused(
                413, f"{len(given)} documents, {MAX_DOCUMENTS} are taken: send them in parts"
            )
        model = models.current
        outcomes = await self.labeller.label(model, given)
        if tensors.ERROR not in names:
            _require_labels(outcomes)
        answer = tensors.InferenceResponse(
            models.name,
            model.manifest.version,
            identifier,
            tensors.outputs(names, outcomes, model.manifest),
        )
        return Answer(200, _ENCODER.encode(answer))


def _require_labels(outcomes: Sequence[Outcome]) -> None:
    for place, outcome in enumerate(outcomes):
        if isinstance(outcome, Refusal):
            status = 500 if STATUSES.get(outcome.reason) == STATUSES[Reason.INTERNAL] else 400
            raise RequestRefused(
                status,
                f"document {place}: {outcome.message}; ask for the output {tensors.ERROR!r} as well to get the others",
            )


def _json(value: Any) -> Answer:
    return Answer(200, _ENCODER.encode(value))
