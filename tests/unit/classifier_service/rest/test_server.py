"""How callers are let in."""

import asyncio
import socket
from contextlib import ExitStack

import uvloop

from classifier_service.rest.server import ACCEPTED_AT_ONCE, bound, listeners

CALLERS = 100


async def turns_to_let_in(opened: socket.socket) -> int:
    """Turns of the loop until everybody who knocked at the same time is connected."""
    loop, inside = asyncio.get_running_loop(), []

    class Caller(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            inside.append(transport)

    servers = [await loop.create_server(Caller, sock=handle, backlog=CALLERS) for handle in listeners(opened)]
    with ExitStack() as stack:
        for _ in range(CALLERS):
            stack.enter_context(socket.create_connection(opened.getsockname()))
        turns = 0
        while len(inside) < CALLERS:
            await asyncio.sleep(0)
            turns += 1
        for transport in inside:
            transport.close()
    for server in servers:
        server.close()
    return turns


def test_callers_who_come_at_once_are_let_in_at_once() -> None:
    """A hundred need a few turns of the loop, of which each may label a batch, and not a hundred."""
    turns = uvloop.run(turns_to_let_in(bound("127.0.0.1", 0)))
    assert turns <= CALLERS // ACCEPTED_AT_ONCE + 5
