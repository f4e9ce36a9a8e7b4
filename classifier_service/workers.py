"""Threads for work that would hold up the event loop: parsers, OCR, long texts, slow models."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from classifier_service.errors import Overloaded

P = ParamSpec("P")
R = TypeVar("R")


class Workers:
    """A few threads, and a bounded queue before them; to be used from one event loop.

    Args:
        threads: How many work at a time.
        waiting: How many pieces of work may wait beyond those.

    Attributes:
        limit: Both together.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="worker")
        self.limit = threads + waiting
        self._open = 0

    @property
    def full(self) -> bool:
        """Whether no more work is taken."""
        return self._open >= self.limit

    async def run(self, work: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        """Do some work in a thread.

        Raises:
            Overloaded: Too much waits already.
        """
        if self.full:
            raise Overloaded("too many pages and long texts wait already: send this again a little later")
        self._open += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **named))
        finally:
            self._open -= 1

    def close(self) -> None:
        """Take no more work; what has begun is left to end by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
