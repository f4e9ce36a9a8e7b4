"""Multipart forms, parsed in memory: the body is bounded already, and a container's disk is read-only."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from classifier_service.intake import Original
from mailroom.web.http import Request, RequestRefused

MAX_PARTS = 1000
PIECE_BYTES = 256 * 1024


class _InMemory(MultiPartParser):
    """A parser that writes no temporary files."""

    def __init__(self, headers: Headers, body: bytes) -> None:
        super().__init__(
            headers, _pieces(body), max_files=MAX_PARTS, max_fields=MAX_PARTS, max_part_size=len(body) + 1
        )
        self.spool_max_size = len(body) + 1


async def documents_of(request: Request, body: bytes) -> list[Original]:
    """The documents of a form: every file, and every field named `text`.

    Raises:
        RequestRefused: 400 where the form is malformed, 422 where it holds no document.
    """
    headers = Headers(raw=list(request.scope["headers"]))
    try:
        form = await _InMemory(headers, body).parse()
    except MultiPartException as error:
        raise RequestRefused(400, f"the form cannot be read ({error.message}): {USE_CURL}") from error
    given: list[Original] = []
    for name, value in form.multi_items():
        identifier = f"{request.id}-{len(given)}"
        if isinstance(value, UploadFile):
            given.append(await _file(identifier, value))
        elif name == "text":
            given.append(Original(identifier, value))
    if not given:
        raise RequestRefused(422, f"the form holds no document: {USE_CURL}")
    return given


USE_CURL = "send files as `curl -F file=@NAME` does, or texts in fields named `text`"


async def _file(identifier: str, upload: UploadFile) -> Original:
    data = await upload.read()
    await upload.close()
    return Original(identifier, data, upload.filename or None, upload.content_type)


async def _pieces(body: bytes) -> AsyncGenerator[bytes, None]:
    """A body bit by bit, so that the loop serves others while a large form is taken apart."""
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]
        await asyncio.sleep(0)
