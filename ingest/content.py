"""The bytes of a document: small ones travel in the record, large ones stay in the object store."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

from ingest.documents import Body, Content, Inline, Reference
from ingest.errors import Unsendable
from ingest.spooling import spooled
from mailroom.contracts.errors import MalformedRecord
from mailroom.extract import sniff
from mailroom.settings import MIB

SniffMediaType = Callable[[bytes, str | None], str]
"""`(data, file_name) -> media type`."""

KeepFile = Callable[[Path, str], str]
"""`(file, SHA-256) -> URI`."""

UNKNOWN_MEDIA_TYPE = "application/octet-stream"
MAX_DOCUMENT_BYTES = 256 * MIB
"""No document is that large; what is must not fill the memory of a door."""
CHUNK_BYTES = 64 * 1024


class Store(Protocol):
    """Keeps bytes under the digest of their content."""

    def put(self, data: bytes, /) -> str:
        """Keep the bytes and return their URI.

        Raises:
            MailroomError: The store cannot be written now.
        """
        ...


def sniff_media_type(data: bytes, file_name: str | None) -> str:
    """The media type by the bytes; what nobody knows is sent all the same, and dead-lettered with a reason."""
    try:
        return sniff(data, file_name=file_name)
    except MalformedRecord:
        return UNKNOWN_MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads documents.

    Attributes:
        store: Where bodies above the limit go.
        inline_limit: Bytes that a record's value may have.
        media_type: Tells what the bytes are.
        max_bytes: The largest document that is read at all.
        keep_file: Keeps a file under its digest; with it, large documents are never held in memory, and their first
            64 KiB tell what they are (the stream looks at all of it).
    """

    store: Store
    inline_limit: int
    media_type: SniffMediaType = sniff_media_type
    max_bytes: int = MAX_DOCUMENT_BYTES
    keep_file: KeepFile | None = None

    def read(self, stream: BinaryIO, file_name: str | None) -> Content:
        """The content of an open stream; what exceeds the inline limit is kept in the store.

        Raises:
            Unsendable: It cannot be read, or is too large.
            MailroomError: The store cannot be written now.
        """
        most = self.max_bytes if self.keep_file is None else min(self.inline_limit, self.max_bytes)
        try:
            data = b"".join(self._chunks(stream, most))
            if len(data) > self.inline_limit and self.keep_file is not None:
                return self._filed(self.keep_file, data, stream, file_name)
        except OSError as error:
            raise unreadable(error) from error
        if len(data) > self.max_bytes:
            raise Unsendable(f"larger than {self.max_bytes // MIB} MiB: split it")
        return Content(self._body(data), self.media_type(data, file_name))

    def _filed(self, keep: KeepFile, first: bytes, rest: BinaryIO, file_name: str | None) -> Content:
        with spooled(first, rest, self.max_bytes) as found:
            uri = keep(found.path, found.sha256)
            return Content(Reference(uri, found.sha256, found.size), self.media_type(found.head, file_name))

    def _chunks(self, stream: BinaryIO, most: int) -> Iterator[bytes]:
        """All of it, or a little more than is allowed; one large read would reserve the maximum for every file."""
        size = 0
        while size <= most and (chunk := stream.read(CHUNK_BYTES)):
            size += len(chunk)
            yield chunk

    def _body(self, data: bytes) -> Body:
        if len(data) <= self.inline_limit:
            return Inline(data)
        return Reference(self.store.put(data), sha256(data).hexdigest(), len(data))


def unreadable(error: OSError) -> Unsendable:
    """An operating system's error as a sentence about one document."""
    return Unsendable(f"cannot be read: {error.strerror or error}")
