"""Which model labels, which one waits, how training went and why a run came to nothing."""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from console import models as asking
from console.web.context import Wired
from console.web.languages import catalogue
from console.web.rendering import language_of
from console.web.visitors import MayOperate
from mailroom import places
from mailroom.contracts.errors import MailroomError
from mailroom.web.http import RequestRefused

router = APIRouter()
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
)
"""A report brings its own sheet and charts; nothing in it can run, or do anything in this page's name."""


@router.get("/models")
def models(request: Request, wired: Wired, visitor: MayOperate) -> Response:
    """The page; what takes seconds to ask comes after it."""
    return wired.renderer.page(request, "models.html", visitor)


@router.get("/models/overview")
def overview(request: Request, wired: Wired, visitor: MayOperate) -> Response:
    """What there is: a part of the page."""
    problem = ""
    try:
        found = wired.models.overview()
    except asking.ModelsUnknown as error:
        found, problem = asking.Overview((), (), ""), str(error)
    words = catalogue(language_of(request))
    title = words.gettext("Macro F1 on sources that were left out, by the number of documents learned from")
    return wired.renderer.page(
        request,
        "models_overview.html",
        visitor,
        overview=found,
        problem=problem,
        chart=Markup(curve(found.curve, title)),  # noqa: S704 - numbers, and a title that is escaped
    )


@router.get("/models/runs/{identifier}/report")
def report(wired: Wired, visitor: MayOperate, identifier: str) -> Response:  # noqa: ARG001 - checks the role
    """A run's report, as training wrote it.

    Raises:
        RequestRefused: 404.
    """
    run = wired.models.overview().run(identifier)
    if run is None:
        raise RequestRefused(404, "there is no such run among the newest")
    try:
        with places.opened(run["report"]) as stream:
            body = stream.read()
    except (MailroomError, OSError, ValueError) as error:
        raise RequestRefused(404, "the report of this run cannot be read from here") from error
    return Response(
        body, media_type="text/html; charset=utf-8", headers={"content-security-policy": REPORT_POLICY}
    )


def curve(points: Sequence[tuple[int, float]], title: str) -> str:
    """Points and the line through them as SVG; empty for fewer than two, which make no curve."""
    if len(points) < 2:  # noqa: PLR2004
        return ""
    first, last = points[0][0], points[-1][0]
    span = max(1, last - first)
    placed = [(10 + 380 * (count - first) / span, 110 - 100 * score) for count, score in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in placed)
    frame = f'class="curve" viewBox="0 0 400 120" role="img" aria-label={quoteattr(title)}'
    return f'<svg {frame}><polyline points="{line}"/>{dots}</svg>'
