"""Parts through processes of this machine, and what to do when one of them dies.

A parser or an OCR engine in C can take its process along. The parts that were being labelled then are tried again one
by one, each document's place written down before it is touched: what a second process dies of is refused alone.
"""

import gc
import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from pathlib import Path

from classifier_service.batch.parts import Part
from classifier_service.batch.results import Done
from classifier_service.batch.working import Task, desk_of, label_part, label_part_carefully
from classifier_service.errors import ServiceFailed
from mailroom.contracts.errors import MailroomError

AHEAD = 2
"""Parts that wait for each worker: it never waits for the parent, and a stop finds little to give up."""
DEATHS = 10
"""Documents of one part that may kill a process; more are no documents' fault."""


def begin_worker(task: Task) -> None:
    """A worker leaves Ctrl-C to its parent, ends with it, and has its model loaded before the first part."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(
        MailroomError
    ):  # the first part will say it: an error here would break the pool without a word
        desk_of(task)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@dataclass
class Processes:
    """A pool of workers.

    Attributes:
        task: What to do.
        workers: How many processes.
        begin: What a process does first.
    """

    task: Task
    workers: int
    begin: Callable[[Task], None] = begin_worker
    _pool: ProcessPoolExecutor = field(init=False)

    def label(self, parts: Sequence[Part]) -> Iterator[Done]:
        """Label parts, in whatever order they are finished.

        Raises:
            MailroomError: What concerns no single document.
        """
        queue = deque(parts)
        while queue:
            flying: dict[Future[Done], Part] = {}
            self._pool = self._start(min(self.workers, len(queue)))
            try:
                yield from self._through(queue, flying)
            except BrokenProcessPool:
                yield from self._one_by_one(list(flying.values()))
            finally:
                self._end()

    def _through(self, queue: deque[Part], flying: dict[Future[Done], Part]) -> Iterator[Done]:
        while queue or flying:
            while queue and len(flying) < AHEAD * self.workers:
                part = queue.popleft()
                flying[self._pool.submit(label_part, self.task, part)] = part
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                done = future.result()
                del flying[future]
                yield done

    def _one_by_one(self, parts: Sequence[Part]) -> Iterator[Done]:
        kept = self.task.sink.finished()
        for part in parts:
            yield kept.get(part.number) or self._carefully(part)

    def _carefully(self, part: Part) -> Done:
        with tempfile.TemporaryDirectory(prefix="mailroom-batch-") as folder:
            journal, deadly = Path(folder, "place"), set[int]()
            while len(deadly) <= DEATHS:
                journal.unlink(missing_ok=True)
                with self._start(1) as pool:
                    future = pool.submit(label_part_carefully, self.task, part, frozenset(deadly), journal)
                    try:
                        return future.result()
                    except BrokenProcessPool as error:
                        if not journal.exists():
                            raise _dying() from error
                        deadly.add(int(journal.read_text()))
        raise _dying()

    def _start(self, workers: int) -> ProcessPoolExecutor:
        # Not forked: threads of numerical libraries and of this process's progress bar do not survive that.
        return ProcessPoolExecutor(workers, get_context("spawn"), self.begin, (self.task,))

    def _end(self) -> None:
        """Without waiting for what is being labelled: it is not kept, and is labelled at the next run."""
        for process in list((self._pool._processes or {}).values()):  # noqa: SLF001 - the public way is of 3.14
            process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _dying() -> ServiceFailed:
    return ServiceFailed(
        "worker processes die one after another: give them more memory, or fewer --workers, and run the same again"
    )
