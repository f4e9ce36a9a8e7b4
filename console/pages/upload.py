"""Documents that are dropped on the page, passed on to the HTTP door of ingest as they come."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from console.web.context import Wired
from console.web.visitors import MayUpload, require_token

router = APIRouter()


@router.post("/upload")
async def upload(
    request: Request,
    wired: Wired,
    visitor: MayUpload,
    x_csrf_token: Annotated[str, Header()] = "",
    x_file_name: Annotated[str, Header(max_length=2_000)] = "",
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """One document as the request's body; what the door answered, without what is none of a browser's business."""
    require_token(visitor, x_csrf_token)
    headers = {"x-file-name": x_file_name, "idempotency-key": idempotency_key}
    taken = await wired.uploads.send(
        request.stream(), {name: value for name, value in headers.items() if value}
    )
    if taken.id is None:
        return PlainTextResponse(taken.problem, taken.status)
    return JSONResponse({"id": taken.id}, 202)
