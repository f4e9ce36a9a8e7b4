"""Uploads, passed on to the HTTP door of ingest a piece at a time: nothing of a document is kept here."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from mailroom.settings import Settings

SECONDS = 600.0
MEND = (
    "the door for documents does not answer: is `mailroom receive http` up, and is console.upload_url right?"
)
REFUSED_KEY = (
    "the door for documents refuses the console: set console.upload_key to a key good for documents:write"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload.

    Attributes:
        id: The document's, once the log has it; None where it was refused.
        status: An HTTP status for whoever sent it.
        problem: Why it was refused.
    """

    id: str | None
    status: int = 202
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Uploads:
    """Sends to the door.

    Attributes:
        url: The door's `POST /documents`.
        key: Its API key; empty for none.
    """

    url: str
    key: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Uploads":
        """As the settings say."""
        base = settings.console.upload_url or f"http://{settings.http.host}:{settings.http.port}"
        key = settings.console.upload_key
        return cls(f"{base.rstrip('/')}/documents", "" if key is None else key.get_secret_value())

    async def send(self, body: AsyncIterable[bytes], headers: Mapping[str, str]) -> Taken:
        """Send one document; what is wrong is told, not raised."""
        own = {"content-type": "application/octet-stream", **({"x-api-key": self.key} if self.key else {})}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS, connect=10)) as session,
                session.post(
                    self.url, data=body, headers={**own, **headers}, allow_redirects=False
                ) as answer,
            ):
                return _taken(answer.status, await answer.json(content_type=None))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return Taken(None, 502, MEND)


def _taken(status: int, told: Any) -> Taken:
    if status in {401, 403}:
        return Taken(None, 502, REFUSED_KEY)
    if not isinstance(told, dict):
        return Taken(None, 502, MEND)
    if status != 202:  # noqa: PLR2004 - what the door answers when the log has it
        return Taken(None, status if 400 <= status < 500 else 502, str(told.get("detail", MEND)))  # noqa: PLR2004
    return Taken(str(told["id"]))
