"""Labels as server-sent events: each change of a label that was asked for, in the order of changes, none left out.

An event's id is its document's `change`; whoever comes back with it as `Last-Event-ID` goes on behind it. An event is
`label`, or `recalled` for a document that is not at the department's desk any more. Events may repeat, and a document
that changed several times in a moment is told once, as it is now.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from fastapi.sse import format_sse_event

from departments.changes import Changes
from departments.lookup import queries
from departments.lookup.asked import Filters
from departments.lookup.wire import label_of
from departments.store.changes import latest
from departments.store.engine import Store
from departments.store.tables import Document
from mailroom.contracts.errors import MailroomError
from mailroom.web.endpoint import DoorState
from mailroom.web.errors import Overloaded
from mailroom.web.http import Answer, Header, Request, RequestRefused

MEDIA_TYPE = b"text/event-stream"
HEADERS: tuple[Header, ...] = ((b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))
PATIENCE_SECONDS = 0.5
"""Between two looks whether the caller is still there and the door is to stay open."""
QUIET_LOOKS = 30
"""Looks without news after which something is sent, so that no proxy closes the connection."""
MOST_TOGETHER = 500
LARGEST = 2**63 - 1
STILL_HERE = format_sse_event(comment="still here")
AGAIN_IN = format_sse_event(retry=2000)


@dataclass(slots=True)
class Events:
    """Streams of labels.

    Attributes:
        store: The departments' database.
        changes: Tells of a new change.
        state: Whether the door is draining.
        most: Streams at the same time.
    """

    store: Store
    changes: Changes
    state: DoorState
    most: int = 200
    _open: int = 0

    async def answer(self, request: Request, filters: Filters) -> Answer:
        """A stream that ends with its caller, or with the door.

        Raises:
            RequestRefused: 400 where the id of the last event is none.
            Overloaded: Too many streams are open.
        """
        if self._open >= self.most:
            raise Overloaded("too many streams of labels are open: come back in a while, or ask for pages")
        after = await self._start(request, filters.since)
        self._open += 1
        request.closing.append(self._close)
        return Answer(200, AGAIN_IN, MEDIA_TYPE, HEADERS, self._stream(request, filters, after), None)

    def _close(self) -> None:
        self._open -= 1

    async def _start(self, request: Request, since: datetime | None) -> int:
        given = request.header(b"last-event-id")
        if not given:
            return 0 if since is not None else await asyncio.to_thread(self._latest)
        if not (given.isascii() and given.isdecimal() and len(given) < len(str(LARGEST))):
            raise RequestRefused(400, f"last-event-id is the id of an event of ours, not {given[:40]!r}")
        return int(given)

    async def _stream(self, request: Request, filters: Filters, after: int) -> AsyncIterator[bytes]:
        gone = asyncio.create_task(_disconnected(request))
        quiet = 0
        try:
            while not (gone.done() or self.state.draining):
                try:
                    events, after = await asyncio.to_thread(self._events, filters, after)
                except MailroomError:
                    return  # the caller comes back behind the last event that it got
                for event in events:
                    yield event
                quiet = 0 if events else quiet + 1
                if quiet >= QUIET_LOOKS:
                    quiet = 0
                    yield STILL_HERE
                if len(events) < MOST_TOGETHER:
                    await self.changes.after(after, PATIENCE_SECONDS)
        finally:
            gone.cancel()

    def _events(self, filters: Filters, after: int) -> tuple[list[bytes], int]:
        """The next events, and the change up to which all are told."""
        with self.store.reading() as session:
            newest = latest(session)  # read first: all up to it can be seen by what is read next
            found = queries.changed(session, filters, after, MOST_TOGETHER)
            events = [_event(document, still=still) for document, still in found]
        reached = found[-1][0].change if found else after
        return events, reached if len(found) == MOST_TOGETHER else max(newest, reached)

    def _latest(self) -> int:
        with self.store.reading() as session:
            return latest(session)


def _event(document: Document, *, still: bool) -> bytes:
    data = msgspec.json.encode(label_of(document)).decode()
    return format_sse_event(data_str=data, event="label" if still else "recalled", id=str(document.change))


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
