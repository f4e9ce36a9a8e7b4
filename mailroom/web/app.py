"""A door as a FastAPI application."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mailroom.web.endpoint import REQUEST_ID, Complain, DoorState, Endpoint, request_id
from mailroom.web.guard import OPEN, Guard
from mailroom.web.observing import RequestObserver
from mailroom.web.openapi import openapi
from mailroom.web.operations import Operation
from mailroom.web.problems import as_problem
from mailroom.web.refusals import Wire


class Door(FastAPI):
    """FastAPI with a short way for plain paths.

    Matching a request against all patterns and passing it through every layer takes as long as a short text's label:
    a path that is known beforehand is looked up instead, and its endpoint called at once.

    Args:
        operations: What the door does.
        title: Its name.
        observer: Watches.
        state: Whether it is draining.
        guard: Lets callers in.
        known: Values of the patterns' parameters that are known beforehand.
        complain_at: How errors are told at paths that there are not.
    """

    def __init__(
        self,
        operations: Iterable[Operation],
        title: str,
        observer: RequestObserver,
        state: DoorState,
        guard: Guard = OPEN,
        *,
        known: Mapping[str, str] | None = None,
        complain_at: Callable[[str], Complain] = lambda _: as_problem,
    ) -> None:
        super().__init__(title=title, version=version("mailroom"), redirect_slashes=False, redoc_url=None)
        self._operations = tuple(operations)
        self._plain: dict[tuple[str, str], Endpoint] = {}
        self._shed: dict[bytes, Endpoint] = {}
        for operation in self._operations:
            endpoint = Endpoint(
                operation.path,
                operation.handler,
                operation.complain,
                observer,
                state,
                scope=operation.scope,
                guard=guard,
            )
            self.router.routes.append(Route(operation.path, endpoint, methods=[operation.method]))
            self._shorten(operation, endpoint, known or {})
        self.add_exception_handler(HTTPException, self._no_such_operation)
        self._observer = observer
        self._complain_at = complain_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or take part in the server's lifespan."""
        if scope["type"] == "http":
            endpoint = self._plain.get((scope["method"], scope["path"]))
            if endpoint is not None:
                await endpoint(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def refusal(self, url: bytes, identifier: bytes) -> Wire | None:
        """The answer to a POST that came above capacity; None for what is no request for work."""
        endpoint = self._shed.get(url.partition(b"?")[0])
        return None if endpoint is None else endpoint.refusal(identifier)

    def openapi(self) -> dict[str, Any]:
        """The description, for `/openapi.json` and `/docs`."""
        if not self.openapi_schema:
            self.openapi_schema = openapi(self._operations, title=self.title, version=self.version)
        return self.openapi_schema

    def _shorten(self, operation: Operation, endpoint: Endpoint, known: Mapping[str, str]) -> None:
        plain = operation.path
        for name, value in known.items():
            plain = plain.replace(f"{{{name}}}", value)
        if "{" not in plain:
            self._plain[operation.method, plain] = replace(endpoint, parameters=known)
            if operation.sheds:
                self._shed[plain.encode()] = endpoint

    async def _no_such_operation(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        complain = self._complain_at(request.url.path)
        self._observer.metrics.requests.began()
        self._observer.metrics.requests.finished("other", "unmatched", error.status_code, 0.0)
        identifier = request_id(request.headers.get(REQUEST_ID.decode(), "").encode("latin-1"))
        message = f"{request.method} {request.url.path}: {error.detail}: /openapi.json lists what there is"
        answer = complain(error.status_code, message, identifier, ())
        headers = {**(error.headers or {}), REQUEST_ID.decode(): identifier}
        return Response(answer.body, answer.status, headers, answer.media_type.decode())
