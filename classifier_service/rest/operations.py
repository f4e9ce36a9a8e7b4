"""The table of operations: each path, its handler, and what its description says."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from classifier_service.labelling import Labeller
from classifier_service.rest import descriptions as d
from classifier_service.rest.bodies import BodyReader
from classifier_service.rest.classify import Classify
from classifier_service.rest.descriptions import Description
from classifier_service.rest.endpoint import Complain, DoorState
from classifier_service.rest.health import Health
from classifier_service.rest.http import Handler
from classifier_service.rest.invocations import Invocations
from classifier_service.rest.open_inference import Infer, Metadata
from classifier_service.rest.problems import as_problem, as_protocol_error
from classifier_service.rest.repository import Repository
from mailroom.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        method: The HTTP method.
        path: A pattern, as Starlette has them.
        handler: Request to answer.
        described: For the OpenAPI description; None leaves it out.
        complain: How its errors are told.
        labels: Whether it labels documents: above capacity it is refused.
    """

    method: str
    path: str
    handler: Handler
    described: Description | None
    complain: Complain = as_protocol_error
    labels: bool = False


def operations(
    labeller: Labeller, bodies: BodyReader, metrics: Metrics, state: DoorState
) -> Iterator[Operation]:
    """All operations of the door."""
    health = Health(metrics, state)
    yield Operation("POST", "/classify", Classify(labeller, bodies), d.CLASSIFY, as_problem, labels=True)
    yield Operation("GET", "/ping", health.ready, d.PING, as_problem)
    yield Operation(
        "POST", "/invocations", Invocations(labeller, bodies), d.INVOCATIONS, as_problem, labels=True
    )
    yield Operation("GET", "/v2/health/live", health.live, d.LIVE)
    yield Operation("GET", "/v2/health/ready", health.ready, d.READY)
    yield Operation("GET", "/metrics", health.metrics_of, d.METRICS, as_problem)
    yield from _of_models(labeller, bodies, state)
    repository = Repository(labeller.models, bodies)
    yield Operation("POST", "/v2/repository/index", repository.index, d.INDEX)
    yield Operation("POST", "/v2/repository/models/{name}/load", repository.load, d.LOAD)
    yield Operation("POST", "/v2/repository/models/{name}/unload", repository.unload, d.UNLOAD)


def _of_models(labeller: Labeller, bodies: BodyReader, state: DoorState) -> Iterator[Operation]:
    metadata = Metadata(labeller.models, state, version("mailroom"))
    infer = Infer(labeller, bodies)
    yield Operation("GET", "/v2", metadata.server, d.SERVER)
    yield Operation("GET", "/v2/", metadata.server, None)
    for model in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        yield Operation("GET", model, metadata.model, d.MODEL)
        yield Operation("GET", f"{model}/ready", metadata.ready, d.MODEL_READY)
        yield Operation("POST", f"{model}/infer", infer, d.INFER, labels=True)
