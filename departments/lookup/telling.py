"""The handlers of the look-up door."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from sqlalchemy.orm import Session

from departments.lookup import queries
from departments.lookup.asked import Asked, Cursor, asked
from departments.lookup.events import Events
from departments.lookup.wire import Labels, journey_of, label_of
from departments.store.engine import Store
from departments.store.tables import Document
from mailroom.web.http import Answer, Header, Request, RequestRefused

EVENT_STREAM = "text/event-stream"
NOT_KEPT: tuple[Header, ...] = ((b"cache-control", b"no-store"),)
UNKNOWN = "no label of a document of this id has come: is the id right, and is the document still on its way?"

Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class Tell:
    """The handlers.

    Attributes:
        store: The departments' database.
        events: Tells of changes as they come.
    """

    store: Store
    events: Events

    async def document(self, request: Request) -> Answer:
        """A document with its whole way.

        Raises:
            RequestRefused: 404.
        """

        def read(session: Session) -> bytes:
            document = _known(session, request)
            return msgspec.json.encode(journey_of(document, *queries.history(session, document.id)))

        return await self._answer(read)

    async def label(self, request: Request) -> Answer:
        """A document's label.

        Raises:
            RequestRefused: 404.
        """
        return await self._answer(lambda session: msgspec.json.encode(label_of(_known(session, request))))

    async def labels(self, request: Request) -> Answer:
        """A page of labels; or, for whoever accepts events, those that change from now on.

        Raises:
            RequestRefused: 400.
        """
        wanted = asked(request.scope.get("query_string", b""))
        if EVENT_STREAM in request.header(b"accept"):
            return await self.events.answer(request, wanted.filters)
        return await self._answer(
            lambda session: msgspec.json.encode(_page(queries.page(session, wanted), wanted))
        )

    async def _answer(self, read: Callable[[Session], bytes]) -> Answer:
        return Answer(200, await asyncio.to_thread(self._read, read), headers=NOT_KEPT)

    def _read(self, read: Callable[[Session], Answered]) -> Answered:
        with self.store.reading() as session:
            return read(session)


def _known(session: Session, request: Request) -> Document:
    identifier = request.parameters["id"]
    document = None if "\0" in identifier else session.get(Document, identifier)
    if document is None:
        raise RequestRefused(404, UNKNOWN)
    return document


def _page(found: Sequence[Document], wanted: Asked) -> Labels:
    shown = found[: wanted.limit]
    more = len(found) > wanted.limit
    following = str(Cursor(shown[-1].classified_at, shown[-1].id)) if more else None
    return Labels([label_of(document) for document in shown], following)
