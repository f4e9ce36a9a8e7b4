"""Multipart forms, taken apart as they come: no part is held that need not be, none may have too much of anything."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ingest.http.spool import Room, Spool, Upload
from ingest.receiving.names import file_name
from mailroom.settings import MIB
from mailroom.web.http import CLOSE, Request, RequestRefused

MULTIPART = "multipart/form-data"
DOCUMENT_FIELDS = frozenset({"file", "files", "document", "text"})
"""Fields that hold a document even where they bring no file name."""

MAX_HEADERS = 16
MAX_HEADER_BYTES = 8 * 1024
USE_CURL = "send files as `curl -F file=@NAME` does"


@dataclass(frozen=True, slots=True)
class FormLimits:
    """What a form may hold.

    Attributes:
        files: Parts.
        document_bytes: Of each.
    """

    files: int = 100
    document_bytes: int = 256 * MIB


@dataclass(slots=True)
class _Part:
    spool: Spool
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    disposition: str = ""
    name: str | None = None
    nothing_chosen: bool = False


@dataclass(slots=True)
class Form:
    """A form, as far as it has come.

    Attributes:
        room: For its files.
        limits: What it may hold.
        uploads: Its files that are complete.
        ended: Whether its last line has come.
    """

    room: Room
    limits: FormLimits
    uploads: list[Upload] = field(default_factory=list)
    ended: bool = False
    _part: _Part | None = None
    _parts: int = 0
    _writes: list[tuple[Spool, bytes]] = field(default_factory=list)

    async def read(self, request: Request, body: AsyncIterator[bytes]) -> list[Upload]:
        """All files of a request's form.

        Raises:
            RequestRefused: 400 malformed, 413 too many or too large, 422 no file, or a field that is none.
            JournalUnusable: There is no room on the disk.
        """
        try:
            parser = self._parser(request)
            async for chunk in body:
                parser.write(chunk)
                await self._write()
            parser.finalize()
        except FormParserError as error:
            raise malformed(str(error)) from error
        if not self.ended:
            raise malformed("its end is missing")
        if not self.uploads:
            raise RequestRefused(422, f"the form holds no file: {USE_CURL}")
        return self.uploads

    def discard(self) -> None:
        """Forget all files."""
        if self._part is not None:
            self._part.spool.discard()
        for upload in self.uploads:
            upload.spool.discard()

    def _parser(self, request: Request) -> MultipartParser:
        _, options = parse_options_header(request.header(b"content-type"))
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise malformed("content-type has no boundary")
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
            max_header_count=MAX_HEADERS,
            max_header_size=MAX_HEADER_BYTES,
        )

    async def _write(self) -> None:
        """What the parser found goes into its files; the disk is waited for in a thread."""
        writes, self._writes = self._writes, []
        for spool, data in writes:
            if spool.size + len(data) > self.limits.document_bytes:
                limit = self.limits.document_bytes // MIB
                raise RequestRefused(413, f"a file is larger than {limit} MiB: split it", CLOSE)
            if spool.on_disk:
                await asyncio.to_thread(spool.write, data)
            else:
                spool.write(data)

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > self.limits.files:
            message = f"more than {self.limits.files} files in one request: send them in several"
            raise RequestRefused(413, message, CLOSE)
        self._part = _Part(Spool(self.room))

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._open.header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._open.value += data[start:end]

    def _header_end(self) -> None:
        part = self._open
        if bytes(part.header).lower() == b"content-disposition":
            part.disposition = bytes(part.value).decode("latin-1")
        part.header.clear()
        part.value.clear()

    def _headers_finished(self) -> None:
        part = self._open
        kind, options = parse_options_header(part.disposition)
        field_name = options.get(b"name", b"").decode("utf-8", "replace")
        given = options.get(b"filename")
        if kind != b"form-data" or not field_name:
            raise malformed("a part has no name")
        if given is None and field_name not in DOCUMENT_FIELDS:
            raise RequestRefused(422, f"a field of the form is no file: {USE_CURL}", CLOSE)
        part.name = None if given is None else file_name(given.decode("utf-8", "replace"))
        part.nothing_chosen = given == b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._writes.append((self._open.spool, data[start:end]))

    def _end_part(self) -> None:
        part, self._part = self._open, None
        written_later = any(spool is part.spool for spool, _ in self._writes)
        if part.nothing_chosen and not part.spool.size and not written_later:
            return  # a browser's form in which no file was chosen
        self.uploads.append(Upload(part.spool, part.name))

    def _end(self) -> None:
        self.ended = True

    @property
    def _open(self) -> _Part:
        if self._part is None:
            raise malformed("something stands outside of its parts")
        return self._part


def malformed(why: str) -> RequestRefused:
    """The refusal of a form that is none."""
    return RequestRefused(400, f"the form cannot be read ({why}): {USE_CURL}", CLOSE)
