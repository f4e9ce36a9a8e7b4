"""The page's own files: a sheet, a script, an icon."""

from fastapi import APIRouter
from starlette.responses import FileResponse, PlainTextResponse, Response

from console.web.context import Wired
from console.web.rendering import STATIC
from mailroom.web.http import RequestRefused

router = APIRouter()
MEDIA_TYPES = {
    "style.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@router.get("/static/{name}")
def static(name: str) -> Response:
    """One of the files; browsers keep it, since its address changes with it.

    Raises:
        RequestRefused: 404.
    """
    if name not in MEDIA_TYPES:
        raise RequestRefused(404, "there is no such page")
    keep = {"cache-control": "public, max-age=31536000, immutable"}
    return FileResponse(STATIC / name, media_type=MEDIA_TYPES[name], headers=keep)


@router.get("/livez")
def live() -> Response:
    """The process answers."""
    return PlainTextResponse("live")


@router.get("/readyz")
def ready(wired: Wired) -> Response:
    """The database answers, and the process is not about to end."""
    with wired.store.reading() as session:
        session.connection()
    return PlainTextResponse("draining", 503) if wired.state.draining else PlainTextResponse("ready")
