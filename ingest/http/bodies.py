"""Bodies a piece at a time: bounded in bytes, and by a pace below which nobody may fall."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.types import Message

from mailroom.settings import MIB
from mailroom.web.bodies import announced, discard, require_plain
from mailroom.web.http import CLOSE, CallerGone, Request, RequestRefused


@dataclass(frozen=True, slots=True)
class Pace:
    """What the body of a request may take.

    Attributes:
        most_bytes: Larger ones are refused, whether they say so beforehand or not.
        grace_seconds: For the whole body, however little comes.
        least_bytes_per_second: What must come beyond: one who drips holds a place that others want.
    """

    most_bytes: int = 512 * MIB
    grace_seconds: float = 10.0
    least_bytes_per_second: int = 8 * 1024


async def pieces(request: Request, pace: Pace) -> AsyncIterator[bytes]:
    """The body as it comes.

    Raises:
        RequestRefused: 413 too large, 415 compressed, 408 too slow.
        CallerGone: The connection closed.
    """
    require_plain(request)
    if announced(request) > pace.most_bytes:
        await discard(request, pace.grace_seconds, pace.most_bytes)
        raise too_large(pace)
    begin, size, more = asyncio.get_running_loop().time(), 0, True
    while more:
        allowed = begin + pace.grace_seconds + size / pace.least_bytes_per_second
        message = await _next(request, allowed - asyncio.get_running_loop().time())
        chunk, more = message["body"], message.get("more_body", False)
        size += len(chunk)
        if size > pace.most_bytes:
            await discard(request, pace.grace_seconds, pace.most_bytes)
            raise too_large(pace)
        if chunk:
            yield chunk


def too_large(pace: Pace) -> RequestRefused:
    """The refusal of too many bytes."""
    return RequestRefused(413, f"more than {pace.most_bytes // MIB} MiB: send less at once", CLOSE)


async def _next(request: Request, seconds: float) -> Message:
    try:
        async with asyncio.timeout(max(seconds, 0.001)):
            message = await request.receive()
    except TimeoutError:
        raise RequestRefused(408, "the body came too slowly: send it faster", CLOSE) from None
    if message["type"] == "http.disconnect":
        raise CallerGone
    return message
