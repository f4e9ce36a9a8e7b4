"""The queue: one document at a time, decided by keys or by mouse."""

import contextlib
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from console.accounts.sessions import SignedIn
from console.pages.document import document_of, looks
from console.web.context import Context, Wired
from console.web.forms import Text, new_act
from console.web.languages import catalogue
from console.web.rendering import language_of
from console.web.visitors import Genuine, MayReview
from departments.desks import ActRefused
from departments.review.reviews import Claim
from mailroom.web.http import RequestRefused

router = APIRouter()
SAID = {
    "confirm": "Confirmed.",
    "correct": "Corrected.",
    "none": "Marked as none of these.",
    "skip": "Skipped: it comes back after all others.",
    "look": "Noted. Somebody else looks at it too.",
    "undo": "Taken back.",
}


@router.get("/review")
def review(
    request: Request,
    wired: Wired,
    visitor: MayReview,
    document: Annotated[str, Query(max_length=200)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The next document, this clerk's until the lease ends; or the one that was asked for."""
    note = catalogue(language_of(request)).gettext(SAID.get(done, ""))
    name = visitor.person.name
    if not document:
        return _shown(request, wired, visitor, wired.reviews.claim(name), note=note)
    try:
        return _shown(request, wired, visitor, wired.reviews.open(name, document), note=note)
    except ActRefused as error:
        raise RequestRefused(409, str(error)) from error


@router.post("/review/acts")
def act(
    request: Request,
    wired: Wired,
    visitor: MayReview,
    form: Genuine,  # noqa: ARG001 - checks the form
    document: Text = "",
    kind: Text = "",
    label: Text = "",
    revision: Text = "",
    token: Text = "",
    act: Text = "",
) -> Response:
    """Decide; then the next document, or the same one with the reason why nothing was done."""
    name = visitor.person.name
    try:
        done = wired.reviews.act(new_act(document, kind, label or None, name, act, revision, token))
    except ActRefused as error:
        return _refused(request, wired, visitor, str(error))
    return RedirectResponse(f"/review?done={done.kind}", 303)


@router.post("/review/undo")
def undo(
    request: Request,
    wired: Wired,
    visitor: MayReview,
    form: Genuine,  # noqa: ARG001
    act: Text = "",
) -> Response:
    """Take one's own last act back; its document comes again."""
    try:
        done = wired.reviews.undo(visitor.person.name, new_id=act)
    except ActRefused as error:
        return _refused(request, wired, visitor, str(error))
    with contextlib.suppress(ActRefused):  # one that was at a desk is not in the queue
        wired.reviews.open(visitor.person.name, done.document_id)
        return RedirectResponse("/review?done=undo", 303)
    return RedirectResponse(f"/documents/{done.document_id}", 303)


@router.post("/review/renew")
def renew(
    wired: Wired,
    visitor: MayReview,
    form: Genuine,  # noqa: ARG001
    document: Text = "",
) -> Response:
    """The full time again, while the page is open and somebody is at it."""
    wired.reviews.renew(visitor.person.name, document)
    return Response(status_code=204)


def _refused(request: Request, wired: Context, visitor: SignedIn, why: str) -> Response:
    claim = wired.reviews.claim(visitor.person.name)
    return _shown(request, wired, visitor, claim, problem=why, status=409)


def _shown(
    request: Request,
    wired: Context,
    visitor: SignedIn,
    claim: Claim | None,
    *,
    note: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    waiting = wired.reviews.waiting()
    if claim is None:
        return wired.renderer.page(
            request, "review_empty.html", visitor, status=status, note=note, problem=problem, waiting=waiting
        )
    found = document_of(wired, visitor.person, claim.document_id)
    labels = [each["label"] for each in found.candidates]
    return wired.renderer.page(
        request,
        "review.html",
        visitor,
        status=status,
        document=found,
        claim=claim,
        waiting=waiting,
        note=note,
        problem=problem,
        renew_seconds=int(wired.reviews.settings.lease_seconds / 3),
        labels=[*labels, *sorted(set(wired.settings.departments) - set(labels))],
        **looks(found),
    )
