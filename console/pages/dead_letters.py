"""What failed and why, and sending it again once the cause is mended; what could not be applied besides."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from console import queries
from console.accounts.sessions import SignedIn
from console.dead_letters import Listing
from console.web.context import Context, Wired
from console.web.languages import catalogue
from console.web.rendering import language_of
from console.web.visitors import Genuine, MayOperate
from mailroom.contracts.errors import MailroomError
from mailroom.dead_letters.selection import Selection

router = APIRouter()
Reason = Annotated[str, Form(max_length=100)]


@router.get("/dead-letters")
def dead_letters(
    request: Request, wired: Wired, visitor: MayOperate, reason: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The newest letters."""
    return _shown(request, wired, visitor, reason)


@router.post("/dead-letters")
def redrive(
    request: Request,
    wired: Wired,
    visitor: MayOperate,
    form: Genuine,  # noqa: ARG001 - checks the form
    letter: Annotated[list[str] | None, Form(max_length=200)] = None,
    all_of: Reason = "",
) -> Response:
    """Send the chosen letters again, or all of a reason."""
    chosen = Selection(reasons=frozenset({all_of})) if all_of else Selection(ids=frozenset(letter or ()))
    words = catalogue(language_of(request))
    try:
        done = wired.dead_letters.redrive(chosen)
    except MailroomError as error:
        return _shown(request, wired, visitor, "", problem=str(error), status=409)
    failed = [each.problem for each in done if each.copy is None]
    sent = len(done) - len(failed)
    note = words.ngettext("%(n)s letter was sent again.", "%(n)s letters were sent again.", sent) % {
        "n": sent
    }
    return _shown(
        request, wired, visitor, "", note=note, problem=" ".join(sorted({str(each) for each in failed}))
    )


def _shown(
    request: Request,
    wired: Context,
    visitor: SignedIn,
    reason: str,
    *,
    note: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    with wired.store.reading() as session:
        refusals = queries.refusals(session)
    try:
        listing = wired.dead_letters.listed(reason)
    except MailroomError as error:
        listing, problem = Listing((), (), 0), problem or str(error)
    return wired.renderer.page(
        request,
        "dead_letters.html",
        visitor,
        status=status,
        listing=listing,
        reason=reason,
        refusals=refusals,
        note=note,
        problem=problem,
    )
