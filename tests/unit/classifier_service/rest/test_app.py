"""What all operations share: ids, unknown paths, faults, the description."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.unit.classifier_service.rest.world import World


def test_the_callers_id_comes_back(world: World) -> None:
    """A request's id is echoed on success and on failure."""
    for path in ("/ping", "/v2/models/other"):
        assert world.ask("GET", path, headers={"x-request-id": "a/b-7"}).headers["x-request-id"] == "a/b-7"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "ä".encode()])
def test_an_id_that_is_not_plain_is_replaced(world: World, given: str | bytes) -> None:
    """An id that does not belong into logs gives way to a new one, which differs from request to request."""
    first, second = (
        world.ask("GET", "/ping", headers={"x-request-id": given}).headers["x-request-id"] for _ in range(2)
    )
    assert len(first) == len(second) == 32
    assert first != second


@pytest.mark.parametrize(
    ("method", "path", "status", "media_type"),
    [
        ("GET", "/nothing", 404, "application/problem+json"),
        ("GET", "/classify", 405, "application/problem+json"),
        ("DELETE", "/v2/models/tiny", 405, "application/json"),
        ("POST", "/v2/health/live", 405, "application/json"),
    ],
)
def test_what_there_is_not_is_told(
    world: World, method: str, path: str, status: int, media_type: str
) -> None:
    """Unknown paths and methods are answered in the form of their neighbours, with an id."""
    answer = world.ask(method, path, headers={"x-request-id": "r"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)
    assert answer.headers["x-request-id"] == "r"
    assert "/openapi.json lists" in answer.text


def test_a_wrong_method_is_told_the_right_one(world: World) -> None:
    """405 names what is allowed."""
    assert world.ask("GET", "/classify").headers["allow"] == "POST"


def test_probes_may_ask_for_the_head_alone(world: World) -> None:
    """HEAD works where GET does."""
    assert world.ask("HEAD", "/ping").status_code == 200


def test_a_fault_of_the_service_is_an_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error nobody expected is a problem with the request's id and without its text, and the next is served."""

    def broken(*_: object) -> Any:
        raise ZeroDivisionError("quotes the document")

    with monkeypatch.context() as patched:
        patched.setattr(type(world.labeller), "label", broken)
        answer = world.ask("POST", "/classify", json={"text": "a"}, headers={"x-request-id": "r"})
    assert (answer.status_code, answer.json()["request_id"]) == (500, "r")
    assert "quotes" not in answer.text
    assert world.ask("POST", "/classify", json={"text": "a"}).status_code == 200


def test_answers_close_their_connections_during_the_drain(world: World) -> None:
    """While it drains every answer tells its caller to go elsewhere next time."""
    assert "connection" not in world.ask("GET", "/ping").headers
    world.state.draining = True
    answer = world.ask("POST", "/classify", json={"text": "please pay"})
    assert (answer.status_code, answer.headers["connection"]) == (200, "close")


def test_the_description_is_complete_and_its_examples_fit(world: World) -> None:
    """Every operation is described, every reference leads somewhere, every example is valid by its own schema."""
    described = world.ask("GET", "/openapi.json").json()
    assert set(described["paths"]) == {
        "/classify",
        "/ping",
        "/invocations",
        "/metrics",
        "/v2",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/{name}",
        "/v2/models/{name}/ready",
        "/v2/models/{name}/infer",
        "/v2/models/{name}/versions/{version}",
        "/v2/models/{name}/versions/{version}/ready",
        "/v2/models/{name}/versions/{version}/infer",
        "/v2/repository/index",
        "/v2/repository/models/{name}/load",
        "/v2/repository/models/{name}/unload",
    }
    for path in ("/classify", "/v2/models/{name}/infer"):
        content = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        schema = content["schema"] | {"components": described["components"]}
        assert len(content["examples"]) == 2
        for example in content["examples"].values():
            Draft202012Validator(json.loads(json.dumps(schema))).validate(example["value"])
