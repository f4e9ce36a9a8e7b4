"""Around every page: its headers, what may be sent to it, what is counted of it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailroom.web.endpoint import request_id
from mailroom.web.observing import RequestObserver

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FORM_BYTES = 64 * 1024
UPLOAD = "/upload"
"""The one path whose bodies may be large; they are passed on as they come."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere: what a document's name or text holds can never become script or style."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}


@dataclass(slots=True)
class Guarding:
    """The outermost layer of the application.

    Attributes:
        app: What it guards.
        observer: Counts.
        https: Whether browsers are told to come by TLS alone.
    """

    app: ASGIApp
    observer: RequestObserver
    https: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, headers, status = time.perf_counter(), Headers(scope=scope), 499
        identifier = request_id(headers.get("x-request-id", "").encode("latin-1"))
        scope.setdefault("state", {})["request_id"] = identifier
        span = self.observer.began(identifier, None, scope["method"], "console")

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(MutableHeaders(scope=message), identifier)
            await send(message)

        refusal = refused(scope["method"], scope["path"], headers)
        try:
            if refusal is None:
                await self.app(scope, receive, with_headers)
            else:
                code, why = refusal
                answer = PlainTextResponse(why, code, {"connection": "close"})
                await answer(scope, receive, with_headers)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            self.observer.finished(scope["method"], route, status, time.perf_counter() - began, span)

    def _dress(self, headers: MutableHeaders, identifier: str) -> None:
        for name, value in self._all_headers(identifier):
            headers.setdefault(name, value)

    def _all_headers(self, identifier: str) -> Iterable[tuple[str, str]]:
        yield from HEADERS.items()
        yield "x-request-id", identifier
        if self.https:
            yield "strict-transport-security", "max-age=31536000"


def refused(method: str, path: str, headers: Headers) -> tuple[int, str] | None:
    """Why a request is not even looked at: a status and a sentence; None where it is.

    What changes something must come from a page of ours: browsers say so themselves (Fetch Metadata, Origin), before
    any token is compared. Bodies of forms are small, and say how long they are.
    """
    if method in SAFE_METHODS:
        return None
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"} or not _own(headers):
        return HTTPStatus.FORBIDDEN, "pages of other sites may not send anything here"
    if path == UPLOAD:
        return None
    length = headers.get("content-length", "0" if "transfer-encoding" not in headers else "")
    if not length.isdigit():
        return HTTPStatus.LENGTH_REQUIRED, "say content-length"
    if int(length) > MOST_FORM_BYTES:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "no form of this page is so large"
    return None


def _own(headers: Headers) -> bool:
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")
