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


@dataclass(slots=True)
class Incoming:
    """The body of a request.

    Attributes:
        request: Whose it is.
        pace: What it may take.
    """

    request: Request
    pace: Pace
    _ended: bool = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes.

        Raises:
            RequestRefused: 413 too large, 415 compressed, 408 too slow.
            CallerGone: The connection closed.
        """
        require_plain(self.request)
        if announced(self.request) > self.pace.most_bytes:
            raise too_large(self.pace)
        begin, size = asyncio.get_running_loop().time(), 0
        while not self._ended:
            until = begin + self.pace.grace_seconds + size / self.pace.least_bytes_per_second
            message = await self._next(until - asyncio.get_running_loop().time())
            chunk, self._ended = message["body"], not message.get("more_body", False)
            size += len(chunk)
            if size > self.pace.most_bytes:
                raise too_large(self.pace)
            if chunk:
                yield chunk

    async def discard(self) -> None:
        """Read on without keeping: whoever is closed upon while sending never sees why."""
        if not self._ended:
            self._ended = True
            await discard(self.request, self.pace.grace_seconds, self.pace.most_bytes)

    async def _next(self, seconds: float) -> Message:
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                message = await self.request.receive()
        except TimeoutError:
            self._ended = True  # nobody waits for more of it
            raise RequestRefused(408, "the body came too slowly: send it faster", CLOSE) from None
        if message["type"] == "http.disconnect":
            raise CallerGone
        return message


def too_large(pace: Pace) -> RequestRefused:
    """The refusal of too many bytes."""
    return RequestRefused(413, f"more than {pace.most_bytes // MIB} MiB: send less at once", CLOSE)
