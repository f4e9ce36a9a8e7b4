"""`GET /documents/{id}` and its content: what became of a document, and the original for whoever may see it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import msgspec

from ingest.http.entries import Entry
from ingest.http.journal import Journal
from ingest.http.names import download_headers, shown_type
from ingest.http.wire import state_of
from mailroom.contracts.errors import MalformedRecord
from mailroom.large_objects import CHUNK_BYTES, fetch
from mailroom.objects import ObjectStore
from mailroom.web.http import Answer, Header, Request, RequestRefused

KEPT_SOON: tuple[Header, ...] = ((b"retry-after", b"2"),)


@dataclass(frozen=True, slots=True)
class Tell:
    """The handlers.

    Attributes:
        journal: Knows what became of documents.
        store: Has the originals.
        folder: For an original while it is verified.
        held_bytes: Of an original that need not be in a file meanwhile.
    """

    journal: Journal
    store: ObjectStore
    folder: Path
    held_bytes: int

    async def state(self, request: Request) -> Answer:
        """What became of a document, and of those of its parts that were seen.

        Raises:
            RequestRefused: 404.
        """
        entry = await self._entry(request)
        parts = await asyncio.to_thread(self.journal.parts, entry.id)
        return Answer(
            200, msgspec.json.encode(state_of(entry, parts)), headers=((b"cache-control", b"no-store"),)
        )

    async def content(self, request: Request) -> Answer:
        """The original's bytes, verified before the first of them is sent.

        Raises:
            RequestRefused: 404 where nobody knows the document, or its original is not in the store (yet).
            StoreUnavailable: The store does not answer.
        """
        entry = await self._entry(request)
        if entry.sha256 is None:
            raise RequestRefused(404, "the digest of this document is not known here", KEPT_SOON)
        original = cast(
            "BinaryIO",
            SpooledTemporaryFile(self.held_bytes, dir=str(self.folder)),  # noqa: SIM115 - closed with the request
        )
        request.closing.append(original.close)
        try:
            size = await asyncio.to_thread(fetch, self.store, entry.sha256, original)
        except MalformedRecord as error:
            message = f"{error}: the stream keeps an original when it routes the document; ask again later"
            raise RequestRefused(404, message, KEPT_SOON) from error
        original.seek(0)
        headers = download_headers(entry.file_name, entry.sha256)
        return Answer(200, b"", shown_type(entry.media_type), headers, _pieces(original), size)

    async def _entry(self, request: Request) -> Entry:
        entry = await asyncio.to_thread(self.journal.find, request.parameters["id"])
        if entry is None:
            raise RequestRefused(404, "no document of this id came in by this door")
        return entry


async def _pieces(original: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(original.read, CHUNK_BYTES):
        yield chunk
