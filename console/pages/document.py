"""One document: what it is, what decided, where it has been; its pages and its text."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console import queries
from console.accounts.roles import Permission, Person
from console.accounts.sessions import SignedIn
from console.journey import journey
from console.originals import MOST_PAGES, has_pages
from console.web.context import Context, Wired
from console.web.downloads import download_headers
from console.web.forms import Text, new_act
from console.web.languages import catalogue
from console.web.marking import marked
from console.web.rendering import language_of
from console.web.visitors import Genuine, MayAct, MaySee
from departments.desks import ActKind, ActRefused, allowed
from departments.moving import standing_of
from departments.store.tables import WAITING, Act, Document
from mailroom.contracts.errors import MailroomError
from mailroom.web.http import RequestRefused

router = APIRouter()
GONE = "there is no such document, or it is another department's: it may have been removed meanwhile"


@router.get("/documents/{identifier:path}/text")
def text(request: Request, wired: Wired, visitor: MaySee, identifier: str) -> Response:
    """The extracted text, with what decided marked in it: a part of the page."""
    found = document_of(wired, visitor.person, identifier)
    try:
        body = wired.texts.text_of(found)
    except MailroomError as error:
        return HTMLResponse(
            wired.renderer.html(request, "text.html", visitor, problem=str(error), text="", why=None)
        )
    label = found.label
    why = wired.explainer.explain(body, label, found.model_digest)
    shown = marked(body, why.stretches if why is not None else ())
    return HTMLResponse(wired.renderer.html(request, "text.html", visitor, problem="", text=shown, why=why))


@router.get("/documents/{identifier:path}/pages/{number}.jpg")
def page(wired: Wired, visitor: MaySee, identifier: str, number: int) -> Response:
    """A page as a picture, drawn in a process of its own."""
    found = document_of(wired, visitor.person, identifier)
    drawn = wired.originals.page(found, number) if has_pages(found) and 0 < number <= MOST_PAGES else None
    if drawn is None:
        raise RequestRefused(404, "there is no such page")
    return Response(drawn, media_type="image/jpeg", headers={"cache-control": "private, max-age=600"})


@router.get("/documents/{identifier:path}/original")
def original(wired: Wired, visitor: MaySee, identifier: str) -> Response:
    """The document's bytes, to be kept and never to be shown as a page."""
    found = document_of(wired, visitor.person, identifier)
    data = wired.originals.read(found)
    return Response(data, media_type="application/octet-stream", headers=download_headers(found.file_name))


@router.post("/documents/{identifier:path}/acts")
def act(
    request: Request,
    wired: Wired,
    visitor: MayAct,
    form: Genuine,  # noqa: ARG001 - checks the form
    identifier: str,
    kind: Text = "",
    label: Text = "",
    revision: Text = "",
    act: Text = "",
) -> Response:
    """Do something with the document; the page again, with what was done or why not."""
    found = document_of(wired, visitor.person, identifier)
    try:
        require_own(visitor.person, found)
        wired.reviews.act(new_act(identifier, kind, label or None, visitor.person.name, act, revision))
    except ActRefused as error:
        return shown(request, wired, visitor, identifier, status=409, problem=str(error))
    return RedirectResponse(f"/documents/{identifier}", 303)


@router.post("/documents/{identifier:path}/undo")
def undo(
    request: Request,
    wired: Wired,
    visitor: MayAct,
    form: Genuine,  # noqa: ARG001
    identifier: str,
    undoes: Text = "",
    act: Text = "",
) -> Response:
    """Take one's own last act back."""
    document_of(wired, visitor.person, identifier)
    try:
        wired.reviews.undo(visitor.person.name, undoes, new_id=act)
    except ActRefused as error:
        return shown(request, wired, visitor, identifier, status=409, problem=str(error))
    return RedirectResponse(f"/documents/{identifier}", 303)


@router.get("/documents/{identifier:path}")
def document(request: Request, wired: Wired, visitor: MaySee, identifier: str) -> Response:
    """The page."""
    return shown(request, wired, visitor, identifier)


def shown(
    request: Request,
    wired: Context,
    visitor: SignedIn,
    identifier: str,
    *,
    status: int = 200,
    problem: str = "",
) -> Response:
    """The page of a document."""
    found = document_of(wired, visitor.person, identifier)
    with wired.store.reading() as session:
        steps = journey(session, found, catalogue(language_of(request)))
        parts = session.scalars(select(Document).where(Document.parent == identifier)).all()
        last = session.scalar(
            select(Act)
            .where(Act.document_id == identifier)
            .order_by(Act.revision.desc(), Act.at.desc())
            .limit(1)
        )
    return wired.renderer.page(
        request,
        "document.html",
        visitor,
        status=status,
        document=found,
        steps=steps,
        parts=parts,
        problem=problem,
        labels=sorted(wired.settings.departments),
        acts=possible(visitor.person, found),
        undoable=last.id if last is not None and _is_own(last, visitor.person) else "",
        **looks(found),
    )


def looks(found: Document) -> dict[str, Any]:
    """What templates need to show a document's content."""
    return {"has_pages": has_pages(found), "most_pages": MOST_PAGES, "first_page": found.deciding_page or 1}


def document_of(wired: Context, person: Person, identifier: str) -> Document:
    """A document that a person may see.

    Raises:
        RequestRefused: 404, whether it is not there or not theirs.
    """
    with wired.store.reading() as session:
        found = queries.document(session, person, identifier)
    if found is None:
        raise RequestRefused(404, GONE)
    return found


def possible(person: Person, found: Document) -> frozenset[str]:
    """What a person may do with a document on its page; what waits for review is done in the queue."""
    if found.state == WAITING or not person.may(Permission.ACT) or not _is_theirs(person, found):
        return frozenset()
    return frozenset(kind.value for kind in allowed(standing_of(found)))


def require_own(person: Person, found: Document) -> None:
    """Refuse an act on another department's document.

    Raises:
        ActRefused: It is at another desk.
    """
    if not _is_theirs(person, found):
        raise ActRefused("this document is at another department's desk by now: nothing was done")


def _is_theirs(person: Person, found: Document) -> bool:
    return person.desks is None or found.desk in person.desks


def _is_own(last: Act, person: Person) -> bool:
    return last.actor == person.name and last.kind not in {ActKind.UNDO.value, ActKind.SKIP.value}
