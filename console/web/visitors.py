"""Who is at a page: the cookie, what may be asked for, and the token of forms."""

import hmac
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Form, Header, Request
from starlette.responses import Response

from console.accounts.roles import Permission
from console.accounts.sessions import SignedIn
from console.web.context import Wired
from console.web.rendering import own_url
from mailroom.web.http import RequestRefused


class SignInFirst(RequestRefused):
    """Nobody is signed in, or no longer.

    Args:
        back: Where to go once somebody is.
        over: Whether something was sent that was not done.
    """

    def __init__(self, back: str, *, over: bool = False) -> None:
        super().__init__(
            401, "Your session is over: sign in again, then repeat what you did; nothing was changed."
        )
        self.where = f"/sign-in?{urlencode({'next': back, **({'over': '1'} if over else {})})}"


def cookie_name(*, https: bool) -> str:
    """Where a browser keeps the token; by TLS, under a name that no other host can set (RFC 6265bis)."""
    return "__Host-mailroom" if https else "mailroom_session"


def maybe(request: Request, wired: Wired) -> SignedIn | None:
    """Who is signed in, if anybody is."""
    token = request.cookies.get(cookie_name(https=wired.settings.console.https), "")
    return wired.sessions.find(token) if token else None


def somebody(request: Request, found: Annotated[SignedIn | None, Depends(maybe)]) -> SignedIn:
    """Who is signed in.

    Raises:
        SignInFirst: Nobody is.
    """
    if found is None:
        if request.method == "GET":
            raise SignInFirst(own_url(request))
        referrer = urlsplit(request.headers.get("referer", ""))
        ours = referrer.netloc == request.headers.get("host")
        raise SignInFirst(f"{referrer.path}?{referrer.query}" if ours else "/", over=True)
    return found


def allowed(permission: Permission) -> Callable[[SignedIn], SignedIn]:
    """A dependency: somebody whose role allows something."""

    def require(visitor: Annotated[SignedIn, Depends(somebody)]) -> SignedIn:
        if not visitor.person.may(permission):
            raise RequestRefused(
                403, f"the role {visitor.person.role.value} may not do this: ask an operator"
            )
        return visitor

    return require


def genuine(
    visitor: Annotated[SignedIn, Depends(somebody)],
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> SignedIn:
    """A dependency: the form was one that this visitor was given.

    Raises:
        RequestRefused: 403.
    """
    require_token(visitor, x_csrf_token or csrf)
    return visitor


def require_token(visitor: SignedIn, token: str) -> None:
    """Refuse a form that is not the visitor's.

    Raises:
        RequestRefused: 403.
    """
    if not hmac.compare_digest(token.encode(), visitor.csrf.encode()):
        raise RequestRefused(403, "this form is not yours or too old: load the page again")


def give_cookie(response: Response, token: str, *, https: bool, seconds: float) -> None:
    """Sign a browser in."""
    response.set_cookie(
        cookie_name(https=https),
        token,
        max_age=int(seconds),
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


Genuine = Annotated[SignedIn, Depends(genuine)]
MaySee = Annotated[SignedIn, Depends(allowed(Permission.SEE))]
MayUpload = Annotated[SignedIn, Depends(allowed(Permission.UPLOAD))]
MayAct = Annotated[SignedIn, Depends(allowed(Permission.ACT))]
MayReview = Annotated[SignedIn, Depends(allowed(Permission.REVIEW))]
MayOperate = Annotated[SignedIn, Depends(allowed(Permission.OPERATE))]
