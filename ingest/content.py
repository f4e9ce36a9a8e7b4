"""The bytes of a document: small ones travel in the record, large ones stay in the object store."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from ingest.documents import Body, Document, Inline, Reference
from ingest.errors import Unsendable

SniffMediaType = Callable[[bytes, str | None], str]
"""`(data, file_name) -> media type`; of a large document `data` is the beginning."""


class Store(Protocol):
    """Keeps bytes under the digest of their content."""

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their URI."""
        ...


@dataclass(frozen=True, slots=True)
class LazyStore:
    """The object store of the settings, opened when the first large document comes."""

    uri: str

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their URI."""
        from mailroom.objects import ObjectStore

        return str(ObjectStore(self.uri).put(data))


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads documents.

    Attributes:
        store: Where bodies above the limit go.
        inline_limit: Bytes that a record's value may have.
        media_type: Tells what the bytes are.
    """

    store: Store
    inline_limit: int
    media_type: SniffMediaType

    def read(self, stream: BinaryIO, document_id: str, file_name: str | None) -> Document:
        """A document out of an open stream; what exceeds the inline limit is kept in the store.

        Raises:
            Unsendable: It cannot be read.
        """
        try:
            head = stream.read(self.inline_limit + 1)
            body: Body = Inline(head) if len(head) <= self.inline_limit else self._keep(head, stream)
        except OSError as error:
            raise unreadable(error) from error
        return Document(document_id, self.media_type(head, file_name), body, file_name)

    def _keep(self, head: bytes, rest: BinaryIO) -> Reference:
        data = head + rest.read()
        return Reference(self.store.put(data), hashlib.sha256(data).hexdigest(), len(data))


def unreadable(error: OSError) -> Unsendable:
    """An operating system's error as a sentence about one document."""
    return Unsendable(f"cannot be read: {error.strerror or error}")
