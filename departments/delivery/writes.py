"""Writes that come while another is under way are done together, in one transaction.

SQLite has one writer, and waits for it by sleeping; each commit waits for the disk. Receivers that each wrote on their
own would spend most of their time so.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from departments.store.engine import Store

Answer = TypeVar("Answer")


class GroupedWrites:
    """Writes of one event loop.

    Args:
        store: What they are written into.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Callable[[Session], Any], asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def do(self, change: Callable[[Session], Answer]) -> Answer:
        """Write something; once this returns, it is committed.

        Args:
            change: Called once, within a transaction of its own or with others; what it does to their rows, and they to
                its, does not depend on their order.

        Raises:
            DatabaseUnavailable: Nothing was written, of the others neither.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                answers = await asyncio.to_thread(self._transact, [change for change, _ in batch])
            except Exception as error:  # noqa: BLE001 - raised where each was asked for
                answers = [_Failed(error)] * len(batch)
            for (_, future), answer in zip(batch, answers, strict=True):
                _tell(future, answer)
        self._writer = None

    def _transact(self, changes: list[Callable[[Session], Any]]) -> list[Any]:
        with self._store.writing() as session:
            return [change(session) for change in changes]


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


def _tell(future: asyncio.Future[Any], answer: Any) -> None:
    if future.done():  # whoever asked was cancelled
        return
    if isinstance(answer, _Failed):
        future.set_exception(answer.error)
    else:
        future.set_result(answer)
