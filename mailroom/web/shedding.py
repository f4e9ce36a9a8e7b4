"""Above capacity, a request that will not be served is refused as soon as it has come, for a tenth of a label's time.

A refusal by the application takes a task, a body and an answer's encoding: at twice the capacity that is half of the
processor, taken from those who are served. Here the parser's callbacks pass the request over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from mailroom.web.protocol import GuardedProtocol
from mailroom.web.refusals import Wire

SMALL_BODY = 32 * 1024
"""Bytes of a body that is passed over here; whoever sends more is refused by the application, which reads it on."""

Refuse = Callable[[bytes, bytes], Wire | None]
"""URL and `x-request-id` of a POST to its answer; None leaves it to the application."""


@dataclass(slots=True)
class Work:
    """What the connections of a door ask for together.

    Attributes:
        most: Requests that may be worked on or wait; those whose bodies are still coming are not counted, since slow
            callers must not shut out others.
        refuse: Answers the others.
        requests: How many there are.
    """

    most: int
    refuse: Refuse
    requests: int = 0


class SheddingProtocol(GuardedProtocol):
    """A connection that refuses by itself while there is too much work.

    Attributes:
        work: Shared by all connections.
    """

    work: Work

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._refusal: Wire | None = None
        self._asked = 0

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self.work.requests -= self._asked
        self._asked = 0
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """Decide what becomes of the request."""
        if self.work.requests >= self.work.most:
            headers = dict(self.headers)
            if self._is_plain(headers):
                self._refusal = self.work.refuse(self.url, headers.get(b"x-request-id", b""))
        if self._refusal is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self._refusal is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        if self._refusal is not None:
            self._send(self._refusal)
            self._refusal = None
            return
        if not self.cycle.response_complete:
            self.work.requests += 1
            self._asked += 1
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The application has answered."""
        if self._asked:
            self.work.requests -= 1
            self._asked -= 1
        super().on_response_complete()

    def _is_plain(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether nothing about the request needs more than to be read and refused; health is never refused."""
        return (
            self.parser.get_method() == b"POST"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and not self.expect_100_continue
            and (self.cycle is None or self.cycle.response_complete)
            and headers.get(b"content-length", b"").isdigit()
            and int(headers[b"content-length"]) <= SMALL_BODY
        )

    def _send(self, answer: Wire) -> None:
        self._head_is_over()
        ours = (b"%s: %s\r\n" % header for header in self.server_state.default_headers)
        self.transport.write(b"".join((STATUS_LINE[answer.status], *ours, answer.rest)))
        self.server_state.total_requests += 1
        if answer.last:
            self.transport.close()
            return
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )


def shedding(head_seconds: float, work: Work) -> type[SheddingProtocol]:
    """The protocol of a door; uvicorn makes its connections from a class alone."""
    return type("Shedding", (SheddingProtocol,), {"head_seconds": head_seconds, "work": work})
