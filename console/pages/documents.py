"""The list of all documents: search, filters, page after page."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console import queries
from console.accounts.roles import Person
from console.queries import PAGE, Filter, Place
from console.web.context import Context, Wired
from console.web.visitors import MaySee
from departments.store.tables import AT_DESK, HANDLED, REVIEW, WAITING
from mailroom.web.http import RequestRefused

router = APIRouter()
Text = Annotated[str, Query(max_length=200)]


@router.get("/documents")
def documents(
    request: Request,
    wired: Wired,
    visitor: MaySee,
    q: Text = "",
    desk: Text = "",
    state: Text = "",
    label: Text = "",
    since: Text = "",
    before: Text = "",
) -> Response:
    """A page of the list; a link leads to the next."""
    wanted = Filter(q.strip(), desk, state, label, day(since), before)
    with wired.store.reading() as session:
        found = queries.listed(session, visitor.person, wanted)
    rows = found[:PAGE]
    following = ""
    if len(found) > PAGE:
        given = {"q": q, "desk": desk, "state": state, "label": label, "since": since}
        place = Place(rows[-1].classified_at, rows[-1].id)
        following = "/documents?" + urlencode({**{k: v for k, v in given.items() if v}, "before": str(place)})
    return wired.renderer.page(
        request,
        "documents.html",
        visitor,
        rows=rows,
        following=following,
        wanted={"q": q, "desk": desk, "state": state, "label": label, "since": since},
        desks=known_desks(wired, visitor.person),
        states=(WAITING, AT_DESK, HANDLED),
        labels=sorted(wired.settings.departments),
    )


def known_desks(wired: Context, person: Person) -> list[str]:
    """The desks that a person may look at."""
    if person.desks is not None:
        return [*person.desks, REVIEW]
    return [REVIEW, *sorted(set(wired.settings.departments.values()))]


def day(text: str) -> datetime | None:
    """The beginning of a day (UTC) as a browser's date field gives it; None for nothing.

    Raises:
        RequestRefused: 422.
    """
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise RequestRefused(422, "this is no date: choose one such as 2026-01-31") from error
