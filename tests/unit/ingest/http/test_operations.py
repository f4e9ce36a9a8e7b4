"""The door's description, and its probes."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from ingest.http.health import TRUSTED_SECONDS, Probes
from ingest.http.operations import operations
from mailroom.streams.clock import FakeClock
from mailroom.streams.errors import LogUnavailable
from mailroom.web.app import Door
from mailroom.web.endpoint import DoorState
from mailroom.web.http import Answer, Request
from mailroom.web.observing import RequestObserver


class Nothing:
    """Handlers that are not called."""

    async def __call__(self, request: Request) -> Answer:
        """Of `POST /documents`."""
        raise NotImplementedError

    state = content = __call__


class Log:
    """Answers, or not; counts who asked."""

    def __init__(self) -> None:
        self.up, self.asked = True, 0

    def __call__(self) -> None:
        """Ask."""
        self.asked += 1
        if not self.up:
            raise LogUnavailable("no broker answers")


class World:
    """A door with probes that work."""

    def __init__(self) -> None:
        self.log, self.clock, self.state = Log(), FakeClock(), DoorState()
        nothing: Any = Nothing()
        probes = Probes(self.state, self.log, self.clock)
        self.door = Door(operations(nothing, nothing, probes), "a door", RequestObserver(), self.state)

    def get(self, path: str) -> httpx.Response:
        """Ask."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.door)
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                return await client.get(path)

        return asyncio.run(ask())


@pytest.fixture
def world() -> World:
    """A door."""
    return World()


def test_examples_fit_their_schemas(world: World) -> None:
    """Every example of an answer is valid by what the description says of it."""
    described = world.get("/openapi.json").json()
    examples = [
        (content["schema"], example["value"])
        for methods in described["paths"].values()
        for operation in methods.values()
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
        for example in content.get("examples", {}).values()
    ]
    assert len(examples) == 5
    for schema, value in examples:
        whole = json.loads(json.dumps(schema | {"components": described["components"]}))
        Draft202012Validator(whole).validate(value)


def test_each_operation_names_its_scope(world: World) -> None:
    """Whoever reads the description knows which key is needed; probes need none."""
    paths = world.get("/openapi.json").json()["paths"]
    scopes = {
        path: operation.get("description", "").rpartition("`")[0].rpartition("`")[2]
        for path, methods in paths.items()
        for operation in methods.values()
    }
    assert scopes == {
        "/documents": "documents:write",
        "/documents/{id}": "documents:read",
        "/documents/{id}/content": "content:read",
        "/livez": "",
        "/readyz": "",
    }


def test_it_is_ready_while_the_log_answers(world: World) -> None:
    """Without its log a door lives and is not ready; the log is not asked for each probe."""
    assert [world.get("/readyz").status_code for _ in range(3)] == [200, 200, 200]
    assert world.log.asked == 1
    world.log.up = False
    world.clock.time += TRUSTED_SECONDS
    assert (world.get("/readyz").status_code, world.get("/livez").status_code) == (503, 200)
    world.log.up = True
    world.clock.time += TRUSTED_SECONDS
    assert world.get("/readyz").status_code == 200
    world.state.draining = True
    assert world.get("/readyz").status_code == 503
