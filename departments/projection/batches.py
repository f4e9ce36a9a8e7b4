"""From reading to writing: what was read is written in batches, and acknowledged only then."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from departments.projection.measuring import ProjectionMetrics
from departments.projection.writing import Read
from mailroom.contracts.errors import MailroomError

MOST_TOGETHER = 500
MOST_WAITING = 4 * MOST_TOGETHER
PAUSE_SECONDS = 1.0
"""Between two tries, where the database does not answer."""


class Writes(Protocol):
    """Writes batches to the database."""

    def write(self, batch: Sequence[Read]) -> None:
        """Write one; raises a `MailroomError` where the same batch can be written later."""
        ...


Acknowledge = Callable[[], object]


@dataclass(slots=True)
class Batches:
    """What was read and is not yet written.

    A record is written as soon as nothing else is; what comes meanwhile makes the next batch.

    Attributes:
        writer: Writes them, in a thread.
        metrics: Told of each batch.
        written: How many records were written since the start.
    """

    writer: Writes
    metrics: ProjectionMetrics = field(default_factory=ProjectionMetrics)
    written: int = 0
    _waiting: asyncio.Queue[tuple[Read, Acknowledge]] = field(
        default_factory=lambda: asyncio.Queue(MOST_WAITING)
    )

    async def put(self, item: Read, acknowledge: Acknowledge) -> None:
        """Hand over a record, as soon as there is room.

        Args:
            item: The record.
            acknowledge: To be called once it is written.
        """
        await self._waiting.put((item, acknowledge))

    async def run(self) -> None:
        """Write for ever. Cancelled, it forgets what is not written: that was not acknowledged, and comes again."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < MOST_TOGETHER and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            items = [item for item, _ in batch]
            await self._write(items)
            self.metrics.written(items)
            self.written += len(batch)
            for _, acknowledge in batch:
                acknowledge()

    async def _write(self, items: Sequence[Read]) -> None:
        """Until it is written: the log keeps what comes meanwhile."""
        while True:
            try:
                await asyncio.to_thread(self.writer.write, items)
            except MailroomError as error:
                structlog.get_logger().warning("labels cannot be written now", cause=str(error))
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return
