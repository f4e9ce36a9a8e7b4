"""Sign in, sign out, and how the page looks."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from console.accounts.sessions import SignedIn
from console.web.context import Context, Wired
from console.web.languages import LANGUAGES, catalogue
from console.web.rendering import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, language_of
from console.web.visitors import Genuine, cookie_name, give_cookie, maybe
from mailroom.web.guard import spend
from mailroom.web.http import RequestRefused

router = APIRouter()
YEAR = 365 * 24 * 3600
OVER = "Your session is over: sign in again, then repeat what you did; nothing was changed."
WRONG = "Account and password do not belong together."
Text = Annotated[str, Form(max_length=2_000)]


@router.get("/sign-in")
def form(
    request: Request,
    wired: Wired,
    signed_in: Annotated[SignedIn | None, Depends(maybe)],
    next: str = "/",  # noqa: A002
    over: str = "",
) -> Response:
    """The form; it says so where a session ended before what was sent could be done."""
    if signed_in is not None:
        return RedirectResponse(own_path(next), 303)
    problem = catalogue(language_of(request)).gettext(OVER) if over else ""
    return wired.renderer.page(request, "sign_in.html", None, next=own_path(next), name="", problem=problem)


@router.post("/sign-in")
def sign_in(
    request: Request,
    wired: Wired,
    name: Text = "",
    password: Text = "",
    next: Text = "/",  # noqa: A002
) -> Response:
    """Begin a session; what is wrong is not told apart."""
    _spend(wired, request, name)
    token = wired.sessions.begin(name, password)
    if token is None:
        problem = catalogue(language_of(request)).gettext(WRONG)
        return wired.renderer.page(
            request, "sign_in.html", None, status=401, next=own_path(next), name=name, problem=problem
        )
    answer = RedirectResponse(own_path(next), 303)
    console = wired.settings.console
    give_cookie(answer, token, https=console.https, seconds=console.session_hours * 3600)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, wired: Wired, visitor: Genuine) -> Response:  # noqa: ARG001 - checks the form
    """End the session."""
    name = cookie_name(https=wired.settings.console.https)
    wired.sessions.end(request.cookies.get(name, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(name, path="/", secure=wired.settings.console.https, httponly=True, samesite="lax")
    return answer


@router.post("/preferences")
def preferences(language: Text = "", theme: Text = "", next: Text = "/") -> Response:  # noqa: A002
    """Remember how a visitor wants the page; nothing else depends on it, so that no session is needed.

    Raises:
        RequestRefused: 422 for what there is not.
    """
    if language not in dict(LANGUAGES) or theme not in THEMES:
        raise RequestRefused(422, "no such language or colours: choose from the lists")
    answer = RedirectResponse(own_path(next), 303)
    for name, value in ((LANGUAGE_COOKIE, language), (THEME_COOKIE, theme)):
        answer.set_cookie(name, value, max_age=YEAR, path="/", httponly=True, samesite="lax")
    return answer


def own_path(target: str) -> str:
    """A path of this page; `/` for anything that leads elsewhere."""
    parts = urlsplit(target)
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if plain and not parts.scheme and not parts.netloc else "/"


def _spend(wired: Context, request: Request, name: str) -> None:
    host = request.client.host if request.client else "unknown"
    spend(wired.attempts, f"address:{host}")
    spend(wired.attempts, f"account:{name[:64]}")
