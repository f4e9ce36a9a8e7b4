"""Whatever goes wrong, as a page or as a sentence for the script; never a traceback."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from console.web.context import of_request
from console.web.languages import catalogue
from console.web.rendering import language_of
from console.web.visitors import SignInFirst, maybe
from departments.store.engine import DatabaseUnavailable
from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.web.http import RequestRefused

FROM_SCRIPT = "x-mailroom-script"
"""A header by which the page's script says that it asks, and wants a sentence and no page."""


def add_handlers(app: FastAPI) -> None:
    """Let the application tell of errors in its own way."""
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(RequestRefused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(MailroomError, _ours)
    app.add_exception_handler(Exception, _fault)


def _sign_in_first(request: Request, error: Exception) -> Response:
    where = error.where if isinstance(error, SignInFirst) else "/sign-in"
    if FROM_SCRIPT in request.headers:
        return PlainTextResponse(_words(request, str(error)), 401, {"x-sign-in": where})
    return RedirectResponse(where, 303)


def _refused(request: Request, error: Exception) -> Response:
    status, headers = (error.status, error.headers) if isinstance(error, RequestRefused) else (400, ())
    answer = told(request, status, str(error))
    answer.headers.update({name.decode(): value.decode() for name, value in headers if name != b"connection"})
    return answer


def _invalid(request: Request, error: Exception) -> Response:
    del error  # it quotes what was sent
    return told(request, 422, "something in this request has the wrong form: load the page again")


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    known = {404: "there is no such page", 405: "this page does not take that"}
    return told(request, status, known.get(status, HTTPStatus(status).phrase))


def _ours(request: Request, error: Exception) -> Response:
    status = 503 if isinstance(error, DatabaseUnavailable) else 422 if isinstance(error, UsageError) else 409
    structlog.get_logger().warning("request refused", status=status, kind=type(error).__name__)
    return told(request, status, str(error))


def _fault(request: Request, error: Exception) -> Response:
    # Its text is left out of the log, since it may quote a document.
    structlog.get_logger().error("request failed", kind=type(error).__name__, exc_info=error)
    return told(request, 500, "a fault of the console: report it with the number below")


def told(request: Request, status: int, detail: str) -> Response:
    """An error for whoever asked."""
    detail = _words(request, detail)
    if FROM_SCRIPT in request.headers:
        return PlainTextResponse(detail, status)
    return _page(request, status, detail)


def _page(request: Request, status: int, detail: str) -> HTMLResponse:
    wired = of_request(request)
    try:
        visitor = maybe(request, wired)
    except MailroomError:  # the very cause may be that nobody can be looked up
        visitor = None
    return wired.renderer.page(
        request,
        "problem.html",
        visitor,
        status=status,
        title=_words(request, HTTPStatus(status).phrase),
        detail=detail,
        request_id=request.scope.get("state", {}).get("request_id", ""),
    )


def _words(request: Request, sentence: str) -> str:
    return catalogue(language_of(request)).gettext(sentence)
