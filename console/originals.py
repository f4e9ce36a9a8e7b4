"""What a document looks like: its bytes from the store, its pages as pictures; nothing in it is ever run."""

import threading
from dataclasses import dataclass, field

from console import page_worker
from departments.store.tables import Document
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.kept_child import ChildLimits, KeptChild
from mailroom.extract.registry import IMAGES
from mailroom.objects import ObjectStore

MEMORY_BYTES = 2 * 1024**3
MOST_PAGES = 20
"""Shown of a document; the rest is in its original."""


@dataclass(slots=True)
class Originals:
    """Reads originals and draws their pages; safe for threads, one page at a time.

    Attributes:
        store: Where originals are kept.
    """

    store: ObjectStore
    _child: KeptChild = field(
        default_factory=lambda: KeptChild(ChildLimits(), "console.page_worker", str(MEMORY_BYTES))
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, document: Document) -> bytes:
        """A document's bytes, verified.

        Raises:
            MalformedRecord: They were not kept, or are gone (reason original-missing).
            StoreUnavailable: The store cannot be read now.
        """
        if document.dataref is None:
            raise MalformedRecord(Reason.ORIGINAL_MISSING, "the original of this document was not kept")
        return self.store.get(document.dataref, sha256=document.sha256)

    def page(self, document: Document, number: int) -> bytes | None:
        """A page as a JPEG; None where the document has no such page.

        Raises:
            MalformedRecord: As `read`; or its pages cannot be drawn.
            StoreUnavailable: The store cannot be read now.
        """
        data = self.read(document)
        with self._lock:
            answer = self._child.answer((document.media_type.encode(), str(number).encode(), data))
        status, body = answer
        if status == page_worker.NO_PAGE:
            return None
        if status != page_worker.OK:
            raise MalformedRecord(Reason(status.decode()), body.decode())
        return body

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._child.end()


def has_pages(document: Document) -> bool:
    """Whether a document consists of pages that can be drawn."""
    return document.media_type == "application/pdf" or document.media_type in IMAGES
