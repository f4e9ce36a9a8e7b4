"""The table of operations: each path, its handler, and what its description says."""

from collections.abc import Iterator
from functools import partial
from importlib.metadata import version

from classifier_service.labelling import Labeller
from classifier_service.rest import descriptions as d
from classifier_service.rest.classify import Classify
from classifier_service.rest.invocations import Invocations
from classifier_service.rest.open_inference import Infer, Metadata
from classifier_service.rest.problems import as_protocol_error
from classifier_service.rest.repository import Repository
from mailroom.access.scopes import Scope
from mailroom.telemetry.metrics import Metrics
from mailroom.web.bodies import BodyReader
from mailroom.web.endpoint import DoorState
from mailroom.web.health import Health
from mailroom.web.operations import Operation

_protocol = partial(Operation, complain=as_protocol_error)
_labelling = partial(Operation, "POST", scope=Scope.LABEL_DOCUMENTS, sheds=True)


def operations(
    labeller: Labeller, bodies: BodyReader, metrics: Metrics, state: DoorState
) -> Iterator[Operation]:
    """All operations of the door."""
    health = Health(metrics, state)
    yield _labelling("/classify", Classify(labeller, bodies), d.CLASSIFY)
    yield Operation("GET", "/ping", health.ready, d.PING)
    yield _labelling("/invocations", Invocations(labeller, bodies), d.INVOCATIONS)
    yield _protocol("GET", "/v2/health/live", health.live, d.LIVE)
    yield _protocol("GET", "/v2/health/ready", health.ready, d.READY)
    yield Operation("GET", "/metrics", health.metrics_of, d.METRICS, scope=Scope.READ_METRICS)
    yield from _of_models(labeller, bodies, state)
    changes = partial(_protocol, "POST", scope=Scope.WRITE_MODELS)
    repository = Repository(labeller.models, bodies)
    yield _protocol("POST", "/v2/repository/index", repository.index, d.INDEX, scope=Scope.READ_MODELS)
    yield changes("/v2/repository/models/{name}/load", repository.load, d.LOAD)
    yield changes("/v2/repository/models/{name}/unload", repository.unload, d.UNLOAD)


def _of_models(labeller: Labeller, bodies: BodyReader, state: DoorState) -> Iterator[Operation]:
    metadata = Metadata(labeller.models, state, version("mailroom"))
    infer = Infer(labeller, bodies)
    tells = partial(_protocol, "GET", scope=Scope.READ_MODELS)
    yield tells("/v2", metadata.server, d.SERVER)
    yield tells("/v2/", metadata.server, None)
    for model in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        yield tells(model, metadata.model, d.MODEL)
        yield _protocol("GET", f"{model}/ready", metadata.ready, d.MODEL_READY)
        yield _labelling(f"{model}/infer", infer, d.INFER, complain=as_protocol_error)
