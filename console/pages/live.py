"""The first page: what came in, where it is now, what is wrong; it changes while one looks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import Response, StreamingResponse

from console import overview as views
from console import queries
from console.accounts.roles import Permission
from console.accounts.sessions import SignedIn
from console.web.context import Context, Wired
from console.web.languages import catalogue
from console.web.rendering import language_of
from console.web.visitors import MaySee, maybe
from mailroom.contracts.errors import MailroomError

router = APIRouter()
ROWS = 30
PARTS = ("overview", "desks")
"""Parts of the page that are told anew, by the names of their events, templates and places."""
PATIENCE = 3.0
"""Seconds after which ages and rates are told anew, whether something came or not."""


@router.get("/")
def live(request: Request, wired: Wired, visitor: MaySee) -> Response:
    """The page."""
    with wired.store.reading() as session:
        change = queries.last_change(session)
        rows = queries.listed(session, visitor.person, queries.Filter(), ROWS)[:ROWS]
    figures = _figures(request, wired, visitor)
    may_upload = visitor.person.may(Permission.UPLOAD)
    return wired.renderer.page(
        request, "live.html", visitor, rows=rows, change=change, may_upload=may_upload, **figures
    )


@router.get("/events")
async def events(
    request: Request, wired: Wired, visitor: MaySee, after: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Server-sent events: `rows` with documents that were written, then the `PARTS` with figures, as HTML."""
    last = request.headers.get("last-event-id", "")
    since = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else after  # noqa: PLR2004 - 64 bits
    stream = _stream(request, wired, visitor, since)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _stream(request: Request, wired: Context, visitor: SignedIn, seen: int) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    while not wired.state.draining and not await request.is_disconnected():
        newest = await wired.changes.after(seen, PATIENCE)
        try:
            still = await asyncio.to_thread(maybe, request, wired)
            told = (
                "" if still is None else await asyncio.to_thread(_news, request, wired, visitor, seen, newest)
            )
        except MailroomError:
            return  # the browser asks again
        if still is None:
            yield "event: over\ndata: \n\n"
            return
        yield told
        seen = newest


def _news(request: Request, wired: Context, visitor: SignedIn, seen: int, newest: int) -> str:
    with wired.store.reading() as session:
        rows = queries.changed(session, visitor.person, seen, ROWS) if newest > seen else ()
        html = wired.renderer.html(request, "rows.html", visitor, rows=rows, fresh=True) if rows else ""
    figures = _figures(request, wired, visitor)
    parts = {name: wired.renderer.html(request, f"{name}.html", visitor, **figures) for name in PARTS}
    told = [event("rows", html, newest)] if html else []
    return "".join([*told, *(event(name, part, newest) for name, part in parts.items())])


def event(name: str, data: str, number: int) -> str:
    """One server-sent event; each line of its data has its own field."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"event: {name}\nid: {number}\n{lines}\n"


def _figures(request: Request, wired: Context, visitor: SignedIn) -> dict[str, Any]:
    found, now = wired.glances.of(visitor.person), views.utc(wired.clock.now())
    words = catalogue(language_of(request))
    title = words.gettext("Documents labelled in each of the last 60 minutes")
    return {
        "overview": found,
        "problems": views.problems(found, now, words),
        "spark": Markup(views.sparkline(found.arrivals, title)),  # noqa: S704 - numbers, and a title that is escaped
        "may_review": visitor.person.may(Permission.REVIEW),
    }
