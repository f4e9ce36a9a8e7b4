"""The looks of pages, made where a hostile page does no harm: in child processes with limits on time and memory."""

import queue

from mailroom.extract.kept_child import ChildLimits, KeptChild
from mailroom.features.page_frames import decode
from mailroom.features.pages import Pixels

WORKER = "mailroom.features.page_worker"
MEMORY_BYTES = 2 * 1024**3
"""Address space of a child."""


class PageLooker:
    """Makes pages small in children; safe for threads, each of which waits while all children are busy.

    Args:
        workers: How many children; each is started when it is first needed, and ends with this process.
        limits: What a document may cost.
        worker: The module that a child runs.
    """

    def __init__(self, workers: int = 1, *, limits: ChildLimits | None = None, worker: str = WORKER) -> None:
        # The last to come back is the first to go: where little is asked, few children are started.
        self._workers = workers
        self._idle: queue.LifoQueue[KeptChild] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(KeptChild(limits or ChildLimits(), worker, str(MEMORY_BYTES)))

    def __call__(self, data: bytes) -> Pixels:
        """The first pages of a PDF or an image, as `document_pixels`: (pages, HEIGHT, WIDTH).

        Raises:
            MalformedRecord: As `document_pixels`; also `TOO_SLOW`, and `UNPARSABLE` where children died of it.
        """
        child = self._idle.get()
        try:
            return decode(child.answer([data]))
        finally:
            self._idle.put(child)

    def close(self) -> None:
        """End the children, once none is busy; the next document starts another."""
        children = [self._idle.get() for _ in range(self._workers)]
        for child in children:
            child.end()
            self._idle.put(child)
