"""HTTP on the wire: uvicorn's protocol, with a limit on how long a caller may take over a request's head.

uvicorn closes connections that idle between requests, not those that never finish their first line: a few hundred
callers that send a byte now and then would hold every connection there is.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class GuardedProtocol(HttpToolsProtocol):
    """A connection whose caller must get on with it.

    Attributes:
        head_seconds: From the connection's opening, or a request's first byte, to the end of its head.
    """

    head_seconds = 10.0

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._in_head = True
        self._head_bytes = 0
        self._impatience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start waiting for the first request."""
        super().connection_made(transport)
        self._grow_impatient()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._calm_down()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; a request whose head is still incomplete then has a limited time for the rest."""
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(_TOO_LARGE)
        elif self._impatience is None:
            self._grow_impatient()

    def on_message_begin(self) -> None:
        """A request's first byte."""
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A request's head is complete."""
        self._head_is_over()
        super().on_headers_complete()

    def _head_is_over(self) -> None:
        self._in_head = False
        if self._impatience is not None:
            self._calm_down()

    def _grow_impatient(self) -> None:
        self._impatience = self.loop.call_later(self.head_seconds, self._refuse, _TOO_SLOW)

    def _calm_down(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    def _refuse(self, response: bytes) -> None:
        self._calm_down()
        if not self.transport.is_closing():
            self.transport.write(response)
            self.transport.close()


def guarded(head_seconds: float) -> type[GuardedProtocol]:
    """The protocol with another patience; uvicorn makes its connections from a class alone."""
    return type("Guarded", (GuardedProtocol,), {"head_seconds": head_seconds})
