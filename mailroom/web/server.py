"""The door's server: uvicorn, told apart by how it starts and how it stops."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Protocol

import uvicorn
from starlette.types import Receive, Scope, Send

from mailroom.streams.clock import Clock, SystemClock
from mailroom.web.endpoint import DoorState
from mailroom.web.listening import turn_away
from mailroom.web.refusals import Wire
from mailroom.web.shedding import Work, shedding

BACKLOG = 1024
LINGER_SECONDS = 0.5
"""For callers who were let in last and have not sent their request yet."""
TURN_SECONDS = 0.02
IDLE_SECONDS = 65
"""Above the minute for which load balancers keep idle connections: who closes first must not be this side."""


class Application(Protocol):
    """What is served: a `Door`, or pages."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        ...

    def refusal(self, url: bytes, identifier: bytes) -> Wire | None:
        """The answer to a POST that came above capacity; None for what is no request for work."""
        ...


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How long the door waits, and for how many.

    Attributes:
        head_seconds: What a caller may take over the head of a request.
        grace_seconds: How long the door goes on answering after it was told to stop, each connection closed after its
            next answer: callers that have sent a request by then lose none. Over at once where nobody is connected.
        finish_seconds: What requests that are being answered may take beyond.
        requests: How many may be worked on and wait; above that, requests for labels are refused unread.
    """

    head_seconds: float = 10.0
    grace_seconds: float = 1.0
    finish_seconds: float = 20.0
    requests: int = 1_000


class Server(uvicorn.Server):
    """uvicorn, which drains before it stops and then ends the process with status 0.

    Args:
        app: The door, or pages.
        state: Told when the drain begins.
        limits: See `ServerLimits`.
        ready: Called once requests are taken.
        clock: Times the grace.
    """

    def __init__(
        self,
        app: Application,
        state: DoorState,
        limits: ServerLimits,
        ready: Callable[[], None],
        clock: Clock | None = None,
    ) -> None:
        super().__init__(_config(app, limits))
        self._state = state
        self._limits = limits
        self._ready = ready
        self._clock = clock or SystemClock()
        self._draining_since = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the door."""
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Begin the drain; told a second time from a keyboard, stop at once."""
        if self._state.draining and sig == signal.SIGINT:
            self.should_exit = self.force_exit = True
        elif not self._state.draining:
            self._state.draining = True
            self._draining_since = self._clock.monotonic()

    async def on_tick(self, counter: int) -> bool:
        """Look whether the drain is over; uvicorn asks ten times a second."""
        if self._state.draining:
            waited = self._clock.monotonic() - self._draining_since
            self.should_exit |= not self.server_state.connections or waited >= self._limits.grace_seconds
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody else in, answer those who are, then close."""
        if not self.force_exit:
            turn_away(sockets or [])
            await self._see_out()
        await super().shutdown(sockets)

    async def _see_out(self) -> None:
        until = self._clock.monotonic() + LINGER_SECONDS
        await asyncio.sleep(TURN_SECONDS)  # those at the door are let in meanwhile
        while self.server_state.connections and self._clock.monotonic() < until:  # noqa: ASYNC110 - uvicorn tells nobody when one ends
            await asyncio.sleep(TURN_SECONDS)


def _config(app: Application, limits: ServerLimits) -> uvicorn.Config:
    # What uvicorn logs below an error is for developers of servers: each malformed request, start and stop.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=shedding(limits.head_seconds, Work(limits.requests, app.refusal)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here depends on who asks
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=int(limits.finish_seconds),
    )
