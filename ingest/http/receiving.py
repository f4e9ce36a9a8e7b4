"""`POST /documents`: what came is read, kept, handed to the log; then its ids are promised."""

import asyncio
import codecs
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from ingest.content import sniff_media_type
from ingest.documents import Body, Content, Document, Inline, Reference
from ingest.envelope import raw_record
from ingest.http.bodies import Incoming, Pace
from ingest.http.entries import Entry, State
from ingest.http.forms import MULTIPART, Form, FormLimits
from ingest.http.idempotency import Turns, request_key, require_same
from ingest.http.journal import Journal
from ingest.http.names import given_name
from ingest.http.observing import UploadObserver
from ingest.http.sender import Parcel, Sender
from ingest.http.spool import Room, Spool, Upload
from ingest.http.wire import Documents, state_of
from ingest.receiving.identity import door_id
from mailroom.large_objects import put_file
from mailroom.objects import ObjectStore
from mailroom.settings import MIB
from mailroom.streams.clock import Clock
from mailroom.telemetry.tracing import trace_id
from mailroom.web.errors import Overloaded
from mailroom.web.http import CLOSE, Answer, Request, RequestRefused

SOURCE = "/mailroom/receive/http"
FORM = "application/x-www-form-urlencoded"
TRACE_BYTES = 55
HELD_BYTES = 4 * MIB
"""What the files of one request may take of memory, and what of them is handed to the log at once."""


@dataclass(slots=True)
class Receive:
    """The operation's handler.

    Attributes:
        journal: Knows what came before.
        sender: Hands over.
        store: Where large files go.
        room: A template of what a request's files may take.
        pace: Of bodies.
        limits: Of forms.
        most: Requests at a time.
        clock: Tells when.
        observer: Watches.
    """

    journal: Journal
    sender: Sender
    store: ObjectStore
    room: Room
    pace: Pace
    limits: FormLimits
    most: int
    clock: Clock
    observer: UploadObserver
    _at_work: int = 0
    _turns: Turns = field(default_factory=Turns)

    async def __call__(self, request: Request) -> Answer:
        """Take what the request holds.

        Raises:
            RequestRefused: It holds nothing, or too much; its idempotency key came with other documents before.
            Overloaded: Too many come at once.
            NotAcknowledged: The log did not say that it has it.
        """
        if self._at_work >= self.most:
            raise Overloaded("too many uploads at once: send this again a little later")
        self._at_work += 1
        self.observer.began()
        request.closing.append(self._left)
        key = request_key(request)
        body = Incoming(request, self.pace)
        try:
            uploads = await self._uploads(request, body)
        except RequestRefused:
            await body.discard()
            raise
        request_id = None if key is None else door_id("http", request.caller, key)
        async with self._turns.of(request_id):
            entries = await self._taken(request_id, uploads, trace_of(request))
        return _answer(entries)

    def _left(self) -> None:
        self._at_work -= 1
        self.observer.ended()

    async def _uploads(self, request: Request, body: Incoming) -> list[Upload]:
        room = replace(self.room)
        if request.media_type == MULTIPART:
            form = Form(room, self.limits)
            request.closing.append(form.discard)
            uploads = await form.read(request, body.pieces())
        elif request.media_type == FORM:
            message = (
                f"{FORM} holds no document: say content-type: application/octet-stream, or send {MULTIPART}"
            )
            raise RequestRefused(415, message, CLOSE)
        else:
            uploads = [await self._raw(request, body.pieces(), room)]
        for upload in uploads:
            upload.spool.finish()
        return uploads

    async def _raw(self, request: Request, body: AsyncIterator[bytes], room: Room) -> Upload:
        spool = Spool(room)
        request.closing.append(spool.discard)
        async for chunk in body:
            if spool.size + len(chunk) > self.limits.document_bytes:
                limit = self.limits.document_bytes // MIB
                raise RequestRefused(413, f"the document is larger than {limit} MiB: split it", CLOSE)
            if spool.on_disk:
                await asyncio.to_thread(spool.write, chunk)
            else:
                spool.write(chunk)
        return Upload(spool, given_name(request))

    async def _taken(
        self, request_id: str | None, uploads: Sequence[Upload], trace: str | None
    ) -> list[Entry]:
        """The documents, in the log."""
        known = [] if request_id is None else await asyncio.to_thread(self.journal.of_request, request_id)
        require_same(known, uploads)
        if len(known) == len(uploads) and all(entry.state is not State.RECEIVED for entry in known):
            self.observer.repeated(known)
            return known
        entries: list[Entry] = []
        for group in groups(uploads):
            parcels = [
                await asyncio.to_thread(self._parcel, upload, request_id, len(entries) + place, trace)
                for place, upload in enumerate(group)
            ]
            landed: list[Entry] = await asyncio.wrap_future(self.sender.send(parcels))
            self.observer.accepted(landed)
            entries += landed
        return entries

    def _parcel(self, upload: Upload, request_id: str | None, number: int, trace: str | None) -> Parcel:
        """A document for the log; a large one is kept in the store first."""
        identifier = str(uuid.uuid4()) if request_id is None else door_id("http", request_id, str(number))
        spool = upload.spool
        media_type = sniff_media_type(whole_characters(spool), upload.file_name)
        document = Document(identifier, Content(self._body(spool), media_type), upload.file_name)
        now = self.clock.now()
        entry = Entry(
            identifier,
            number,
            now,
            request=request_id,
            file_name=upload.file_name,
            media_type=media_type,
            size=spool.size,
            sha256=spool.sha256,
        )
        return Parcel(entry, raw_record(document, source=SOURCE, now=now, traceparent=trace))

    def _body(self, spool: Spool) -> Body:
        if spool.size <= self.room.inline_limit:
            return Inline(spool.content())
        if spool.path is None:
            raise RuntimeError("a large upload is in a file")
        return Reference(put_file(self.store, spool.path, spool.sha256), spool.sha256, spool.size)


def trace_of(request: Request) -> str | None:
    """The caller's trace, where it has one and it is written as it must be."""
    given = request.headers.get(b"traceparent", b"")
    return given.decode() if len(given) == TRACE_BYTES and trace_id(given) else None


def groups(uploads: Sequence[Upload]) -> Iterator[list[Upload]]:
    """Uploads in their order, so many at a time that their bytes may be held."""
    group: list[Upload] = []
    held = 0
    for upload in uploads:
        if group and held + upload.spool.size > HELD_BYTES:
            yield group
            group, held = [], 0
        group.append(upload)
        held += upload.spool.size
    yield group


def whole_characters(spool: Spool) -> bytes:
    """What there is to tell the media type by; of a large text, no half of a character at the end."""
    head = spool.head()
    if len(head) == spool.size:
        return head
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    decoder.decode(head)
    left, _ = decoder.getstate()
    return head[: len(head) - len(left)]


def _answer(entries: Sequence[Entry]) -> Answer:
    if len(entries) > 1:
        return Answer(202, msgspec.json.encode(Documents([state_of(entry) for entry in entries])))
    location = f"/documents/{entries[0].id}".encode()
    return Answer(202, msgspec.json.encode(state_of(entries[0])), headers=((b"location", location),))
