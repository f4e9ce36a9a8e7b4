"""How callers are let in."""

import asyncio
import socket
import sys
from contextlib import ExitStack

import pytest
import uvloop

from mailroom.web.listening import ACCEPTED_AT_ONCE, bound, listeners, turn_away

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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops openings of connections")
def test_who_waits_at_the_door_is_still_let_in() -> None:
    """After the door turns new callers away, the one before them is served, and they are not connected."""
    with bound("127.0.0.1", 0) as opened, ExitStack() as stack:
        opened.listen()
        early = stack.enter_context(socket.create_connection(opened.getsockname()))
        turn_away([opened])
        with pytest.raises(TimeoutError):
            socket.create_connection(opened.getsockname(), timeout=0.2)
        served, _ = opened.accept()
        stack.enter_context(served)
        early.sendall(b"an offer")
        assert served.recv(100) == b"an offer"
