"""What is refused as it comes, and what is passed on, however much work there is."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from mailroom.web.shedding import SheddingProtocol, Work, shedding
from tests.unit.classifier_service.rest.world import World

BODY = b'{"text": "an offer"}'
HEAD = b"POST /classify HTTP/1.1\r\nhost: door\r\nx-request-id: r-1\r\ncontent-type: application/json\r\n"
WHOLE = HEAD + b"content-length: 20\r\n\r\n" + BODY


class FakeTransport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def get_extra_info(self, name: str) -> None:
        """Nothing is known of the caller."""

    def write(self, data: bytes) -> None:
        """Send."""
        self.written += data

    def is_closing(self) -> bool:
        """Whether `close` was called."""
        return self.closed

    def close(self) -> None:
        """End the connection."""
        self.closed = True

    def pause_reading(self) -> None:
        """Nothing comes by itself."""

    def resume_reading(self) -> None:
        """Nothing comes by itself."""

    def take(self) -> bytes:
        """What was written since."""
        written, self.written = self.written, b""
        return written


class Wire:
    """A connection to a door.

    Attributes:
        work: That of all its connections.
    """

    def __init__(self, world: World, work: Work) -> None:
        self.work = work
        config = Config(world.door, ws="none", lifespan="off", log_config=None)
        self.transport = FakeTransport()
        self.protocol: SheddingProtocol = shedding(10.0, work)(
            config=config, server_state=ServerState(), app_state={}, _loop=asyncio.get_running_loop()
        )
        self.protocol.connection_made(self.transport)  # type: ignore[arg-type]

    async def ask(self, *pieces: bytes) -> bytes:
        """The answer to a request that comes in pieces; empty where there is none once the loop has nothing to do."""
        for piece in pieces:
            self.protocol.data_received(piece)
        for _ in range(20):
            await asyncio.sleep(0)
        return self.transport.take()


OnWire = Callable[[int, Callable[[Wire], Awaitable[None]]], None]


@pytest.fixture
def on_wire(world: World) -> OnWire:
    """Runs a test on a connection to a door for so many requests."""

    def run(most: int, test: Callable[[Wire], Awaitable[None]]) -> None:
        async def with_wire(_: object) -> None:
            wire = Wire(world, Work(most, world.door.refusal))
            await test(wire)
            wire.protocol.connection_lost(None)

        world.run(with_wire)

    return run


def test_a_request_for_labels_is_refused_unread(on_wire: OnWire) -> None:
    """Above capacity the answer is a problem with status 429, the caller's id and when to come again."""

    async def test(wire: Wire) -> None:
        head, _, body = (await wire.ask(WHOLE)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nx-request-id: r-1\r\nretry-after: 1" in head
        assert b"content-length: %d\r\n" % len(body) in head
        assert json.loads(body)["status"] == 429
        assert json.loads(body)["request_id"] == "r-1"

    on_wire(0, test)


@pytest.mark.parametrize("path", [b"/invocations", b"/v2/models/tiny/infer", b"/classify?a=b"])
def test_every_door_to_labels_refuses(on_wire: OnWire, path: bytes) -> None:
    """Whichever path leads to labels, and whatever query it has."""

    async def test(wire: Wire) -> None:
        answer = await wire.ask(WHOLE.replace(b"/classify", path))
        assert answer.startswith(b"HTTP/1.1 429 ")

    on_wire(0, test)


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /ping HTTP/1.1\r\nhost: door\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nhost: door\r\n\r\n",
        b"POST /v2/repository/models/tiny/load HTTP/1.1\r\nhost: door\r\ncontent-length: 2\r\n\r\n{}",
        HEAD + b"connection: close\r\ncontent-length: 20\r\n\r\n" + BODY,
        HEAD + b"transfer-encoding: chunked\r\n\r\n14\r\n" + BODY + b"\r\n0\r\n\r\n",
    ],
)
def test_the_rest_is_left_to_the_application(on_wire: OnWire, request_head: bytes) -> None:
    """Health, metrics, operators, and whoever needs more than to be passed over."""

    async def test(wire: Wire) -> None:
        assert (await wire.ask(request_head)).startswith(b"HTTP/1.1 200 ")

    on_wire(0, test)


def test_a_body_in_pieces_is_passed_over(on_wire: OnWire) -> None:
    """The connection serves the next request, once there is room."""

    async def test(wire: Wire) -> None:
        assert await wire.ask(WHOLE[:-5]) == b""
        assert (await wire.ask(WHOLE[-5:])).startswith(b"HTTP/1.1 429 ")
        wire.work.most = 1
        assert (await wire.ask(WHOLE)).startswith(b"HTTP/1.1 200 ")

    on_wire(0, test)


def test_only_whole_requests_count(on_wire: OnWire) -> None:
    """A caller who is slow shuts out nobody; an answered request makes room."""

    async def test(wire: Wire) -> None:
        await wire.ask(WHOLE[:-5])
        assert wire.work.requests == 0
        wire.protocol.data_received(WHOLE[-5:])
        assert wire.work.requests == 1
        assert (await wire.ask()).startswith(b"HTTP/1.1 200 ")
        assert wire.work.requests == 0

    on_wire(1, test)


def test_a_request_whose_caller_is_gone_makes_room(on_wire: OnWire) -> None:
    """Nobody waits for it."""

    async def test(wire: Wire) -> None:
        wire.protocol.data_received(WHOLE)
        wire.protocol.connection_lost(None)
        assert wire.work.requests == 0

    on_wire(1, test)


def test_a_request_that_is_answered_before_its_end_does_not_count(on_wire: OnWire) -> None:
    """A model that is not there is told while the body still comes, and what comes then is no work."""

    async def test(wire: Wire) -> None:
        whole = WHOLE.replace(b"/classify", b"/v2/models/other/infer")
        assert (await wire.ask(whole[:-5])).startswith(b"HTTP/1.1 404 ")
        assert await wire.ask(whole[-5:]) == b""
        assert wire.work.requests == 0

    on_wire(1, test)


def test_refusals_are_counted(world: World, on_wire: OnWire) -> None:
    """Whoever watches the door sees them by route and status."""

    async def test(wire: Wire) -> None:
        await wire.ask(WHOLE)

    on_wire(0, test)
    line = 'mailroom_http_requests_total{method="POST",route="/classify",status="429"} 1.0'
    assert line in world.ask("GET", "/metrics").text


def test_a_drain_closes_refused_connections(world: World, on_wire: OnWire) -> None:
    """A caller who is refused while the service stops asks another instance."""

    async def test(wire: Wire) -> None:
        world.state.draining = True
        assert b"\r\nconnection: close\r\n" in await wire.ask(WHOLE)
        assert wire.transport.closed

    on_wire(0, test)
