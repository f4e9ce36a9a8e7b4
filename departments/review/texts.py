"""The text of a document, from its original: for who looks at it, and kept beside a judgement for who learns from it.

Read as the stream reads it: by the same parsers in their sandbox, pages by OCR in a process of their own, and under the
same text rules.
"""

import hashlib
import threading
from dataclasses import dataclass, field

from departments.store.tables import Document
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import PagesFound, single
from mailroom.extract.reading.pool import OcrPool
from mailroom.extract.sandbox import Sandbox
from mailroom.objects import ObjectStore
from mailroom.textprep import cleanse

OCR_SECONDS = 120.0
"""What reading one document's pages may take; no further page is begun after that."""


@dataclass(frozen=True, slots=True)
class KeptText:
    """Where a text was kept.

    Attributes:
        uri: In the object store.
        sha256: Hex digest of its UTF-8 bytes.
    """

    uri: str
    sha256: str


@dataclass(slots=True)
class Texts:
    """Reads documents' texts; safe for threads, one document at a time.

    Attributes:
        store: Where originals are, and texts are kept.
    """

    store: ObjectStore
    _sandbox: Sandbox = field(default_factory=Sandbox)
    _pool: OcrPool | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def text_of(self, document: Document) -> str:
        """The cleansed text of a document; empty where it has pages without a letter.

        Raises:
            MalformedRecord: The original was not kept, is gone, or cannot be read.
            StoreUnavailable: The store cannot be read now.
            OcrUnavailable: Its pages need OCR, which is not installed.
        """
        if document.dataref is None:
            raise MalformedRecord(Reason.ORIGINAL_MISSING, "the original of this document was not kept")
        data = self.store.get(document.dataref, sha256=document.sha256)
        return cleanse(self._extracted(data, document)).text

    def keep(self, document: Document) -> KeptText | None:
        """Put the text of a document into the object store, under its digest.

        Returns:
            Where it is; None where the document has none that can be read.

        Raises:
            StoreUnavailable: The store cannot be read or written now: try again.
        """
        try:
            text = self.text_of(document).encode()
        except MalformedRecord:
            return None
        if not text:
            return None
        digest = hashlib.sha256(text).hexdigest()
        return KeptText(self.store.put(text, sha256=digest), digest)

    def close(self) -> None:
        """End the processes that read."""
        self._sandbox.close()
        if self._pool is not None:
            self._pool.close()

    def _extracted(self, data: bytes, document: Document) -> str:
        declared, name = document.media_type, document.file_name
        found = single(self._sandbox.extract(data, declared=declared, file_name=name))
        if not isinstance(found, PagesFound):
            return found.text
        return self._ocr().read_document(data, found.media_type, seconds=OCR_SECONDS).text

    def _ocr(self) -> OcrPool:
        with self._lock:
            if self._pool is None:
                self._pool = OcrPool()
            return self._pool
