"""The table of operations: each path, its handler, and what its description says."""

from collections.abc import Iterator
from dataclasses import dataclass

from classifier_service.labelling import Labeller
from classifier_service.rest.classify import Classify
from classifier_service.rest.endpoint import Complain, DoorState
from classifier_service.rest.health import Health
from classifier_service.rest.http import BodyReader, Handler
from classifier_service.rest.problems import as_problem, as_protocol_error


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
    yield Operation("GET", "/v2/health/live", health.live, as_protocol_error)
    yield Operation("GET", "/v2/health/ready", health.ready, as_protocol_error)
