"""Documents read by several processes: as many at a time as there are workers, and a crash costs one document.

OCR is native code that meets hostile pages; a thread that dies in it takes its process along. So each worker is a child
process, kept warm between documents and replaced after it died. Processes rather than threads also because an engine
is not to be shared, and because one worker per core, each on one thread, is what makes pages a second grow with cores.
"""

import queue
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.child import Child
from mailroom.extract.ocr.engine import LANGUAGES, OcrDocument, OcrPage, joined
from mailroom.extract.ocr.tessdata import ORIENTATION, OcrUnavailable, find_tessdata, language_argument
from mailroom.extract.reading.messages import (
    Finished,
    PageRead,
    Request,
    Unavailable,
    decode_answer,
    encode_request,
)

WORKER = "mailroom.extract.reading.worker"
"""The module that a worker's process runs."""


class Watch(Protocol):
    """Told what reading takes."""

    def page(self, seconds: float) -> None:
        """One page was read."""
        ...

    def worker_died(self) -> None:
        """A worker died of a page, or was ended because it took too long."""
        ...


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """What one document may cost.

    Attributes:
        page_seconds: What recognising one page may take.
        patience_seconds: What one page may take in all, rendering and turning included, before its worker is ended.
        start_seconds: What a fresh worker may take beyond that for its first page.
        memory_bytes: Address space of a worker.
        documents_per_worker: A worker is replaced after so many, which bounds what a leak can hold.
    """

    page_seconds: float = 30.0
    patience_seconds: float = 90.0
    start_seconds: float = 30.0
    memory_bytes: int = 4 * 1024**3
    documents_per_worker: int = 1_000


def require_ocr() -> None:
    """Look whether documents can be read, without loading what reads them.

    Raises:
        OcrUnavailable: The OCR library or its language data is not installed; the message says how to.
    """
    language_argument((*LANGUAGES, ORIENTATION), find_tessdata())
    if find_spec("tesserocr") is None:
        raise OcrUnavailable("tesserocr is not installed: install Mailroom with its `ocr` extra")


class OcrPool:
    """Reads documents in child processes; safe for threads, each of which waits while all workers are busy.

    Args:
        workers: How many; a worker's process is started when it is first needed.
        limits: What a document may cost.
        watch: Told what reading takes.

    Raises:
        OcrUnavailable: The OCR library or its language data is not installed; the message says how to.
    """

    def __init__(
        self, workers: int = 1, *, limits: PoolLimits | None = None, watch: Watch | None = None
    ) -> None:
        require_ocr()
        self._limits = limits or PoolLimits()
        self._workers = [Worker(self._limits, watch) for _ in range(workers)]
        # The last to come back is the first to go: a pool that is little used starts few processes.
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def read_document(self, data: bytes, media_type: str, *, seconds: float) -> OcrDocument:
        """As `DocumentReader`; a page that two processes died of is refused as `Reason.UNPARSABLE`."""
        request = Request(data, media_type, seconds, self._limits.page_seconds)
        worker = self._idle.get()
        try:
            return worker.read(request)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all processes, busy ones too; who waits for one gets `OcrUnavailable`."""
        for worker in self._workers:
            worker.kill()
        for worker in [self._idle.get() for _ in self._workers]:
            worker.end()
            self._idle.put(worker)


class Worker:
    """One process at a time, and the next one after it died; for one thread at a time."""

    def __init__(self, limits: PoolLimits, watch: Watch | None) -> None:
        self._limits = limits
        self._watch = watch
        self._child: Child | None = None
        self._lock = threading.Lock()
        self._closed = False

    def read(self, request: Request) -> OcrDocument:
        """Read one document; it is blamed for a death only when a second, fresh process dies of it too."""
        found = self._try(request)
        if isinstance(found, MalformedRecord) and found.reason is not Reason.TOO_SLOW:
            found = self._try(request)
        if isinstance(found, MalformedRecord):
            raise found
        return found

    def kill(self) -> None:
        """End the process, whatever it does, and start no other; from any thread."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()

    def end(self) -> None:
        """Close what is left of the process."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _try(self, request: Request) -> OcrDocument | MalformedRecord:
        """The document, or what it is refused for if the process died."""
        child = self._started()
        patience = self._limits.patience_seconds + (0 if child.asked else self._limits.start_seconds)
        frame = child.ask(encode_request(request), patience)
        pages: list[OcrPage] = []
        while frame is not None:
            answer = decode_answer(frame)
            if not isinstance(answer, PageRead):
                return _document(answer, pages)
            pages.append(answer.page)
            if self._watch is not None:
                self._watch.page(answer.seconds)
            frame = child.listen(self._limits.patience_seconds)
        return self._death(child, len(pages) + 1)

    def _started(self) -> Child:
        if self._child is not None and not self._fit(self._child):
            self.end()
        with self._lock:
            self._require_open()
            if self._child is None:
                self._child = Child(WORKER, str(self._limits.memory_bytes))
            return self._child

    def _fit(self, child: Child) -> bool:
        return child.status is None and child.asked < self._limits.documents_per_worker

    def _death(self, child: Child, page: int) -> MalformedRecord:
        self.end()
        self._require_open()
        if self._watch is not None:
            self._watch.worker_died()
        if child.too_slow:
            message = (
                f"page {page} took longer than {self._limits.patience_seconds:g} s to read: scan it again"
            )
            return MalformedRecord(Reason.TOO_SLOW, message)
        message = f"the OCR library died of page {page} (status {child.status}): scan it again"
        return MalformedRecord(Reason.UNPARSABLE, message)

    def _require_open(self) -> None:
        if self._closed:
            raise OcrUnavailable("reading pages was stopped: start the service again")


def _document(answer: Finished | Unavailable, pages: list[OcrPage]) -> OcrDocument:
    if isinstance(answer, Unavailable):
        raise OcrUnavailable(answer.message)
    return OcrDocument(joined(pages), tuple(pages), answer.engine)
