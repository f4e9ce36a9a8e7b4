"""Bodies of requests: bounded in bytes and in time, whether their senders mean well or not."""

import asyncio
import contextlib
from dataclasses import dataclass

import msgspec
from starlette.types import Message

from mailroom.settings import MIB
from mailroom.web.http import CLOSE, RETRY_LATER, CallerGone, Request, RequestRefused

NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding JSON raises; what is well-formed and not as wanted is a `msgspec.ValidationError` among them."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What a request's body may take.

    Attributes:
        bytes: Larger ones are refused, whether they say so beforehand or not.
        seconds: Until the last byte must have come.
        total_bytes: What all bodies may take together, from their first byte until they are answered.
        discard_bytes: How much of a refused body is read and forgotten, so that the caller gets to read why.
    """

    bytes: int = 32 * MIB
    seconds: float = 30.0
    total_bytes: int = 128 * MIB
    discard_bytes: int = 256 * MIB


class BodyReader:
    """Reads bodies within `BodyLimits`; one for all requests of a door.

    Attributes:
        held: Bytes of bodies whose requests are not yet answered; those that came in one piece are not counted.
    """

    def __init__(self, limits: BodyLimits) -> None:
        self.held = 0
        self._limits = limits

    async def read(self, request: Request) -> bytes:
        """The whole body.

        Raises:
            RequestRefused: 413 too large, 415 compressed, 408 too slow, 503 too many bodies at once.
            CallerGone: The connection closed.
        """
        require_plain(request)
        if announced(request) > self._limits.bytes:
            await self._discard(request)
            raise self._too_large()
        message = await self._next(request, self._limits.seconds)
        if not message.get("more_body", False):
            return bytes(message["body"])
        return await self._rest(request, bytearray(message["body"]))

    async def _rest(self, request: Request, body: bytearray) -> bytes:
        """Read on; what is held is given back when the request is answered, since its documents live as long."""
        held = _Held(self, len(body))
        request.closing.append(held.give_back)
        deadline = asyncio.get_running_loop().time() + self._limits.seconds
        more = True
        while more:
            message = await self._next(request, deadline - asyncio.get_running_loop().time())
            chunk, more = message["body"], message.get("more_body", False)
            body += chunk
            held.take(len(chunk))
            if len(body) > self._limits.bytes:
                held.give_back()
                body.clear()
                await self._discard(request)
                raise self._too_large()
            if self.held > self._limits.total_bytes:
                raise RequestRefused(
                    503, "too many uploads at once: send this again a little later", RETRY_LATER
                )
        return bytes(body)

    async def _next(self, request: Request, seconds: float) -> Message:
        try:
            async with asyncio.timeout(seconds):
                message = await request.receive()
        except TimeoutError:
            raise RequestRefused(
                408,
                f"the body took longer than {self._limits.seconds:g} s: send it faster, or in parts",
                CLOSE,
            ) from None
        if message["type"] == "http.disconnect":
            raise CallerGone
        return message

    async def _discard(self, request: Request) -> None:
        await discard(request, self._limits.seconds, self._limits.discard_bytes)

    def _too_large(self) -> RequestRefused:
        limit = self._limits.bytes // MIB
        return RequestRefused(413, f"the body is larger than {limit} MiB: send less at once", CLOSE)


@dataclass(slots=True)
class _Held:
    """What one body takes of the whole."""

    reader: BodyReader
    bytes: int

    def __post_init__(self) -> None:
        self.reader.held += self.bytes

    def take(self, more: int) -> None:
        self.bytes += more
        self.reader.held += more

    def give_back(self) -> None:
        self.reader.held -= self.bytes
        self.bytes = 0


async def discard(request: Request, seconds: float, most_bytes: int) -> None:
    """Read on without keeping: whoever is closed upon while sending never sees the answer."""
    if request.header(b"expect").lower() == "100-continue":
        return
    forgotten, more = 0, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while more and forgotten < most_bytes:
                message = await request.receive()
                more = message.get("more_body", False)
                forgotten += len(message.get("body", b""))


def require_plain(request: Request) -> None:
    """Refuse a compressed body.

    Raises:
        RequestRefused: 415.
    """
    encoding = request.header(b"content-encoding").lower()
    if encoding not in ("", "identity"):
        message = "compressed bodies are not taken: send it without content-encoding"
        raise RequestRefused(415, message, ((b"accept-encoding", b"identity"),))


def announced(request: Request) -> int:
    """The length that a body says it has; 0 where it says none."""
    value = request.headers.get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0
