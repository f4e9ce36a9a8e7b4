"""The door as a FastAPI application."""

from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from classifier_service.rest.endpoint import REQUEST_ID, DoorState, Endpoint, request_id
from classifier_service.rest.http import Answer
from classifier_service.rest.observing import Observer
from classifier_service.rest.openapi import openapi
from classifier_service.rest.operations import Operation
from classifier_service.rest.problems import as_problem, as_protocol_error

TITLE = "Mailroom classifier"


class Door(FastAPI):
    """FastAPI with a short way for plain paths.

    Matching a request against all patterns and passing it through every layer takes as long as a short text's label:
    a path that is known beforehand is looked up instead, and its endpoint called at once.

    Args:
        operations: What the door does.
        model: The name of its model.
        observer: Watches.
        state: Whether it is draining.
    """

    def __init__(
        self, operations: Iterable[Operation], model: str, observer: Observer, state: DoorState
    ) -> None:
        super().__init__(title=TITLE, version=version("mailroom"), redirect_slashes=False, redoc_url=None)
        self._operations = tuple(operations)
        self._plain: dict[tuple[str, str], Endpoint] = {}
        self._labelling: dict[bytes, Endpoint] = {}
        for operation in self._operations:
            endpoint = Endpoint(operation.path, operation.handler, operation.complain, observer, state)
            self.router.routes.append(Route(operation.path, endpoint, methods=[operation.method]))
            plain = operation.path.replace("{name}", model)
            if "{" not in plain:
                self._plain[operation.method, plain] = replace(endpoint, parameters={"name": model})
                if operation.labels:
                    self._labelling[plain.encode()] = endpoint
        self.add_exception_handler(HTTPException, self._no_such_operation)
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or take part in the server's lifespan."""
        if scope["type"] == "http":
            endpoint = self._plain.get((scope["method"], scope["path"]))
            if endpoint is not None:
                await endpoint(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def refusal(self, url: bytes, identifier: bytes) -> Answer | None:
        """The answer to a POST that came above capacity; None for what is no request for labels."""
        endpoint = self._labelling.get(url.partition(b"?")[0])
        return None if endpoint is None else endpoint.refusal(identifier)

    def openapi(self) -> dict[str, Any]:
        """The description, for `/openapi.json` and `/docs`."""
        if not self.openapi_schema:
            self.openapi_schema = openapi(self._operations, title=self.title, version=self.version)
        return self.openapi_schema

    async def _no_such_operation(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        complain = as_protocol_error if request.url.path.startswith("/v2") else as_problem
        self._observer.metrics.requests.began()
        self._observer.metrics.requests.finished("other", "unmatched", error.status_code, 0.0)
        identifier = request_id(request.headers.get(REQUEST_ID.decode(), "").encode("latin-1"))
        message = f"{request.method} {request.url.path}: {error.detail}: /openapi.json lists what there is"
        answer = complain(error.status_code, message, identifier, ())
        headers = {**(error.headers or {}), REQUEST_ID.decode(): identifier}
        return Response(answer.body, answer.status, headers, answer.media_type.decode())
