"""The table of operations: each path, its handler, and what its description says."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from classifier_service.labelling import Labeller
from classifier_service.rest.classify import Classify
from classifier_service.rest.endpoint import Complain, DoorState
from classifier_service.rest.health import Health
from classifier_service.rest.http import BodyReader, Handler
from classifier_service.rest.invocations import Invocations
from classifier_service.rest.open_inference import Infer, Metadata
from classifier_service.rest.problems import as_problem, as_protocol_error
from classifier_service.rest.repository import Repository


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        method: The HTTP method.
        path: A pattern, as Starlette has them.
        handler: Request to answer.
        complain: How its errors are told.
    """

    method: str
    path: str
    handler: Handler
    complain: Complain = as_problem


def operations(labeller: Labeller, bodies: BodyReader, state: DoorState) -> Iterator[Operation]:
    """All operations of the door."""
    health = Health(state)
    yield Operation("POST", "/classify", Classify(labeller, bodies))
    yield Operation("GET", "/ping", health.ready)
    yield Operation("POST", "/invocations", Invocations(labeller, bodies))
    for method, path, handler in _of_the_protocol(labeller, bodies, state, health):
        yield Operation(method, path, handler, as_protocol_error)


def _of_the_protocol(
    labeller: Labeller, bodies: BodyReader, state: DoorState, health: Health
) -> Iterator[tuple[str, str, Handler]]:
    metadata = Metadata(labeller.models, state, version("mailroom"))
    infer, repository = Infer(labeller, bodies), Repository(labeller.models, bodies)
    yield "GET", "/v2/health/live", health.live
    yield "GET", "/v2/health/ready", health.ready
    for path in ("/v2", "/v2/"):
        yield "GET", path, metadata.server
    for model in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        yield "GET", model, metadata.model
        yield "GET", f"{model}/ready", metadata.ready
        yield "POST", f"{model}/infer", infer
    yield "POST", "/v2/repository/index", repository.index
    yield "POST", "/v2/repository/models/{name}/load", repository.load
    yield "POST", "/v2/repository/models/{name}/unload", repository.unload
