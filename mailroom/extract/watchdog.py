"""One thread that acts when something takes too long, whatever waits for it meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watchdog:
    """Watches one piece of work at a time.

    A thread that lives as long as what it watches costs a piece of work a few microseconds, where a timer of its own
    costs each a hundred: it is woken only where it would sleep past the new deadline.

    Args:
        bite: Called, once, when a piece of work is overdue.
    """

    def __init__(self, bite: Callable[[], None]) -> None:
        self._bite = bite
        self._changed = threading.Condition()
        self._deadline: float | None = None
        self._wakes = float("inf")
        self._ended = False
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let the work inside take so long."""
        with self._changed:
            self._deadline = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()
            elif self._deadline < self._wakes:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._deadline = None

    def end(self) -> None:
        """Stop watching."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._ended:
                now = time.monotonic()
                if self._deadline is not None and self._deadline <= now:
                    self._deadline = None
                    self._bite()
                self._wakes = float("inf") if self._deadline is None else self._deadline
                self._changed.wait(None if self._deadline is None else self._deadline - now)
