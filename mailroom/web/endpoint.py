"""A handler as an ASGI application: the request's id, errors as answers, the drain."""

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog
from starlette.types import Receive, Scope, Send

from mailroom.access import scopes
from mailroom.contracts.errors import MailroomError
from mailroom.web.errors import Overloaded
from mailroom.web.guard import OPEN, Guard
from mailroom.web.http import (
    CLOSE,
    RETRY_LATER,
    Answer,
    CallerGone,
    Handler,
    Header,
    Request,
    RequestRefused,
)
from mailroom.web.observing import RequestObserver
from mailroom.web.refusals import Refusals, Wire

REQUEST_ID = b"x-request-id"
CALLER_GONE = 499
"""In metrics, the status of a request that nobody was left to answer."""

_PLAIN_ID = re.compile(rb"[\x21-\x7e]{1,128}")

Complain = Callable[[int, str, str, tuple[Header, ...]], Answer]
"""Status, detail, the request's id and headers to an answer, as `problems.as_problem`."""


@dataclass(slots=True)
class DoorState:
    """Whether the door takes requests.

    Attributes:
        draining: Set once the process is told to stop: what comes is still answered, on connections that then close.
    """

    draining: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation as an ASGI application.

    Attributes:
        route: The pattern of its path, for metrics and traces.
        handler: Request to answer.
        complain: How errors are told.
        observer: Watches.
        state: Whether the door is draining.
        parameters: What a pattern would have matched, where the path was known beforehand.
        scope: What the caller's key must be good for; None lets everybody ask.
        guard: Looks at it.
    """

    route: str
    handler: Handler
    complain: Complain
    observer: RequestObserver
    state: DoorState
    parameters: Mapping[str, str] = field(default_factory=dict)
    scope: scopes.Scope | None = None
    guard: Guard = OPEN
    _refusals: Refusals = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what is said above capacity."""
        object.__setattr__(self, "_refusals", Refusals(self._refused_unread))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begin, status = time.perf_counter(), CALLER_GONE
        request = Request(scope, receive, "", scope.get("path_params", self.parameters))
        request.id = request_id(request.headers.get(REQUEST_ID, b""))
        span = self.observer.began(
            request.id, request.headers.get(b"traceparent"), scope["method"], self.route
        )
        try:
            answer = await self._answer(request)
            status = answer.status
            await self._send(answer, request.id, send)
        except CallerGone:
            return
        finally:
            for close in request.closing:
                close()
            self.observer.finished(scope["method"], self.route, status, time.perf_counter() - begin, span)

    async def _answer(self, request: Request) -> Answer:
        try:
            if self.scope is not None:
                self.guard.admit(request, self.scope)
            return await self.handler(request)
        except RequestRefused as error:
            return self.complain(error.status, str(error), request.id, error.headers)
        except Overloaded as error:
            return self.complain(429, str(error), request.id, RETRY_LATER)
        except MailroomError as error:
            _report(error)
            return self.complain(503, str(error), request.id, RETRY_LATER)
        except CallerGone:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours is an answer too, and the next request is served
            _report(error)
            message = f"a fault of the service ({type(error).__name__}): report it with this request's id"
            return self.complain(500, message, request.id, ())

    def refusal(self, identifier: bytes) -> Wire:
        """The answer to a request that came above capacity and was not read.

        Args:
            identifier: What it calls itself; empty where it does not.
        """
        self.observer.shed(self.route)
        return self._refusals.next(request_id(identifier), draining=self.state.draining)

    def _refused_unread(self, named: str) -> Answer:
        message = "more is asked than can be done: send this again a little later"
        answer = self.complain(429, message, named, RETRY_LATER)
        return replace(answer, headers=self._headers(answer, named))

    async def _send(self, answer: Answer, request_id: str, send: Send) -> None:
        headers = self._headers(answer, request_id)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.more is not None:
            await send({"type": "http.response.body", "body": answer.body, "more_body": True})
            async for chunk in answer.more:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.body", "body": answer.body})

    def _headers(self, answer: Answer, request_id: str) -> tuple[Header, ...]:
        return (
            (b"content-type", answer.media_type),
            *_length(answer),
            (REQUEST_ID, request_id.encode()),
            *answer.headers,
            *(CLOSE if self.state.draining else ()),
        )


def _length(answer: Answer) -> tuple[Header, ...]:
    """Without one the server sends in chunks."""
    if answer.more_bytes is None:
        return ()
    return ((b"content-length", b"%d" % (len(answer.body) + answer.more_bytes)),)


def request_id(given: bytes) -> str:
    """The caller's id where it is plain and short, since it goes into logs and headers; else a new one."""
    return given.decode() if _PLAIN_ID.fullmatch(given) else os.urandom(16).hex()


def _report(error: Exception) -> None:
    """Log a fault; the text of one that is not ours is left out, since it may quote a document."""
    known = {"cause": str(error)} if isinstance(error, MailroomError) else {}
    structlog.get_logger().error("request failed", exc_info=error, **known)
