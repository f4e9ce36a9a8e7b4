"""A request that comes again: by its idempotency key it gives the same ids, and each document once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ingest.http.entries import Entry
from ingest.http.spool import Upload
from mailroom.web.http import CLOSE, Request, RequestRefused

MAX_KEY_CHARACTERS = 255


@dataclass(slots=True)
class Turns:
    """One request of a key at a time: the second is answered by what the first did."""

    _locks: dict[str, tuple[asyncio.Lock, list[None]]] = field(default_factory=dict)

    @asynccontextmanager
    async def of(self, key: str | None) -> AsyncIterator[None]:
        """Wait until it is this request's turn."""
        if key is None:
            yield
            return
        lock, waiting = self._locks.setdefault(key, (asyncio.Lock(), []))
        waiting.append(None)
        try:
            async with lock:
                yield
        finally:
            waiting.pop()
            if not waiting:
                del self._locks[key]


def request_key(request: Request) -> str | None:
    """The caller's idempotency key, if there is one.

    Raises:
        RequestRefused: 400 where it is none.
    """
    if b"idempotency-key" not in request.headers:
        return None
    key = request.header(b"idempotency-key").strip().strip('"')  # a structured field's string, or bare
    if not 0 < len(key) <= MAX_KEY_CHARACTERS or not key.isascii() or not key.isprintable():
        message = f"idempotency-key needs 1 to {MAX_KEY_CHARACTERS} printable characters: a UUID will do"
        raise RequestRefused(400, message, CLOSE)
    return key


def require_same(known: Sequence[Entry], uploads: Sequence[Upload]) -> None:
    """Refuse other documents under a key that was used.

    Raises:
        RequestRefused: 422.
    """
    before, now = [entry.sha256 for entry in known], [upload.spool.sha256 for upload in uploads]
    # A request that was broken off may have got some of its documents in, the first ones.
    if before and before != now[: len(before)]:
        message = "this idempotency-key came with other documents before: use a new one for each request"
        raise RequestRefused(422, message)
