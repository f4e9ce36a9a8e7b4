"""The door against descriptions of it, and with a client that knows the protocol and not the door."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from open_inference.openapi.client import OpenInferenceClient
from open_inference.openapi.errors import BadRequestError, NotFoundError
from open_inference.openapi.types import InferenceRequest
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.integration.rest.server import Serving

PROTOCOL = yaml.safe_load((Path(__file__).parent / "protocol.yaml").read_text(encoding="utf-8"))

REPEATABLE = settings(
    max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


def ask_everything(schema: OpenApiSchema) -> list[str]:
    """Make right and wrong requests of every operation, and hold each answer against the description."""
    asked = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        modes = (
            (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
            if operation.body
            else (GenerationMode.POSITIVE,)
        )
        for mode in modes:

            @REPEATABLE
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case[Any]) -> None:
                case.call_and_validate(excluded_checks=[*beyond_description(case)])

            ask()
        asked.append(operation.label)
    return asked


def beyond_description(case: Case[Any]) -> Iterator[Any]:
    """Checks that ask for what no description can say."""
    yield positive_data_acceptance  # a blank string is well-formed, and no document
    if case.media_type != "application/json":
        yield negative_data_rejection  # in a form, and in a file, everything is a string


def test_the_door_is_as_it_describes_itself(service: Serving) -> None:
    """Requests made from the description, right and wrong ones, get answers that it names, in the form that it says."""
    assert "POST /classify" in ask_everything(schemathesis.openapi.from_url(f"{service.url}/openapi.json"))


def test_the_door_is_as_the_protocol_describes_it(service: Serving) -> None:
    """Requests made from the protocol get the protocol's answers."""
    schema = schemathesis.openapi.from_dict(PROTOCOL)
    schema.config.update(base_url=service.url)
    assert len(ask_everything(schema)) == 6


@pytest.fixture
def client(service: Serving) -> Iterator[OpenInferenceClient]:
    """A client generated from the protocol's own description."""
    with httpx.Client() as connections:
        yield OpenInferenceClient(base_url=service.url, httpx_client=connections)


def test_a_client_of_the_protocol_gets_along(client: OpenInferenceClient) -> None:
    """It asks for everything that it knows, and understands the answers."""
    client.check_server_liveness()
    client.check_server_readiness()
    client.check_model_readiness("tiny")
    client.check_model_version_readiness("tiny", "1")
    assert client.read_server_metadata().extensions == ["model_repository"]
    model = client.read_model_metadata("tiny")
    assert ([tensor.name for tensor in model.inputs or []], model.platform) == (["text"], "mailroom")
    answer = client.model_infer("tiny", request=of_texts("an offer", "an invoice"))
    outputs = {tensor.name: (tensor.shape, tensor.data.__root__) for tensor in answer.outputs}
    assert outputs["label"] == ([2], ["offer", "invoice"])
    assert outputs["probabilities"][0] == [2, 3]
    assert client.model_version_infer("tiny", "1", request=of_texts("an offer")).model_version == "1"


def test_a_client_of_the_protocol_understands_refusals(client: OpenInferenceClient) -> None:
    """What is refused reaches it as the error that the protocol has for it."""
    with pytest.raises(NotFoundError):
        client.check_model_readiness("other")
    with pytest.raises(BadRequestError, match="there is no text"):
        client.model_infer("tiny", request=of_texts(" "))


def of_texts(*texts: str) -> InferenceRequest:
    """A request of some texts."""
    tensor = {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": texts}
    return InferenceRequest.parse_obj({"inputs": [tensor]})
