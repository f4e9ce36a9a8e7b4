"""As many sandboxes as threads need at a time: a file that takes its parser twenty seconds holds up no other."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager

from mailroom.extract.sandbox import Sandbox


class Sandboxes:
    """Sandboxes to borrow; safe for threads. The last to come back is the first to go, so that few are kept warm."""

    def __init__(self) -> None:
        self._idle: queue.LifoQueue[Sandbox] = queue.LifoQueue()

    @contextmanager
    def one(self) -> Iterator[Sandbox]:
        """A sandbox for one thread."""
        try:
            sandbox = self._idle.get_nowait()
        except queue.Empty:
            sandbox = Sandbox()
        try:
            yield sandbox
        finally:
            self._idle.put(sandbox)

    def close(self) -> None:
        """End the processes of those that are not borrowed; the others end with this process."""
        while not self._idle.empty():
            self._idle.get().close()
