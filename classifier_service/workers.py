"""Threads for work that would hold up the event loop: parsers, OCR, long texts, slow models."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from classifier_service.errors import Overloaded

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """A few threads, and a bounded queue before them; to be used from one event loop.

    Args:
        threads: How many work at a time.
        waiting: How many pieces of work may wait beyond those.

    Attributes:
        threads: As given.
        limit: Both together.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="worker")
        self.threads = threads
        self.limit = threads + waiting
        self._open = 0

    @property
    def full(self) -> bool:
        """Whether no more work is taken."""
        return self._open >= self.limit

    async def map(self, work: Callable[[T], R], pieces: Sequence[T]) -> list[R]:
        """Do some work on each of a few pieces, side by side; together they count as one that works or waits.

        Raises:
            Overloaded: Too much waits already.
        """
        if self.full:
            raise Overloaded("too many pages and long texts wait already: send this again a little later")
        loop = asyncio.get_running_loop()
        self._open += 1
        try:
            return await asyncio.gather(*(loop.run_in_executor(self._pool, work, piece) for piece in pieces))
        finally:
            self._open -= 1

    def close(self) -> None:
        """Take no more work; what has begun is left to end by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
