"""One look at the database for all who watch: which change was the last."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from mailroom.contracts.errors import MailroomError

SECONDS = 0.2
"""Between two looks; a label is to be on the page within a second."""


@dataclass(slots=True)
class Changes:
    """Tells watchers of a new change; looks only while somebody watches.

    Attributes:
        look: Reads the number of the last change.
        seconds: Between two looks.
    """

    look: Callable[[], int]
    seconds: float = SECONDS
    _last: int = -1
    _watchers: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _task: "asyncio.Task[None] | None" = None

    async def after(self, seen: int, patience: float) -> int:
        """Wait until there is a later change than one, at most so many seconds; the last change there is."""
        self._watchers += 1
        try:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._watch())
            async with asyncio.timeout(patience), self._news:
                await self._news.wait_for(lambda: self._last > seen)
        except TimeoutError:
            pass
        finally:
            self._watchers -= 1
        return max(seen, self._last)

    async def _watch(self) -> None:
        idle = 0
        while idle < 10 / self.seconds:  # those who have just been told come back at once
            idle = 0 if self._watchers else idle + 1
            await self._look()
            await asyncio.sleep(self.seconds)

    async def _look(self) -> None:
        try:
            found = await asyncio.to_thread(self.look)
        except MailroomError as error:
            structlog.get_logger().warning("changes cannot be read", cause=str(error))
            return
        if found != self._last:
            async with self._news:
                self._last = found
                self._news.notify_all()
