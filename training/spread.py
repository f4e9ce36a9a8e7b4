"""Work of any kind spread over Spark's executors, its results as they are finished.

Whoever calls says what the work is; executors are sent the project's code for it (`shipping.py`).
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from py4j.protocol import Py4JError
from pyspark import Accumulator, AccumulatorParam, SparkContext, SparkFiles
from pyspark.errors import PySparkException

from mailroom.contracts.errors import MailroomError, UsageError
from training.spark import SparkFailed, SparkSettings, session, spark_log

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_TASKS = 10_000
"""Above that a task has several items: the driver remembers something of each task."""
POLL_SECONDS = 0.2
GROUP = "mailroom-spread"

Work = Callable[[Item, Path | None], Result]
"""An item, and where the folder that was sent along lies, to a result."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """An error of ours on an executor: the words without Java's stack."""

    message: str
    status: int


class _Collected(AccumulatorParam[list[Any]]):
    """How Spark joins what tasks hand in."""

    def zero(self, value: list[Any]) -> list[Any]:  # noqa: ARG002 - Spark's signature
        return []

    def addInPlace(self, value1: list[Any], value2: list[Any]) -> list[Any]:  # noqa: N802 - Spark's name
        value1.extend(value2)
        return value1


@dataclass
class _Job(Generic[Item, Result]):
    """One Spark job, watched from the thread that waits for its results."""

    context: SparkContext
    results: Accumulator[list[Any]]
    error: list[BaseException] = field(default_factory=list)

    def run(self, work: Callable[[Item], Any], items: Sequence[Item]) -> Iterator[Result]:
        thread = threading.Thread(target=self._guarded, args=(work, items), daemon=True)
        thread.start()
        given = 0
        while thread.is_alive() or given < len(self.results.value):
            for result in self.results.value[given:]:
                given += 1
                if isinstance(result, _Failed):
                    raise _raised(result)
                yield result
            thread.join(POLL_SECONDS)
        if self.error:
            raise self.error[0]

    def _guarded(self, work: Callable[[Item], Any], items: Sequence[Item]) -> None:
        try:
            self.context.setJobGroup(GROUP, "spread", interruptOnCancel=True)
            _submit(self.context, self.results, work, items)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self.error.append(error)


def spread(
    work: Work[Item, Result],
    items: Sequence[Item],
    settings: SparkSettings,
    *,
    folder: Path | None = None,
) -> Iterator[Result]:
    """Do a piece of work for each item on the executors.

    Args:
        work: A function of a module that executors can import, or a partial of one.
        items: Small values.
        settings: Where Spark runs.
        folder: Sent to every executor.

    Yields:
        Results, in whatever order they are finished; those of a task all at once.

    Raises:
        MailroomError: As the work raised it, in its words; the job is cancelled.
        SparkFailed: Spark gave up.
    """
    if not items:
        return
    context = session(settings).sparkContext
    with _sent(context, folder) as name:
        job: _Job[Item, Result] = _Job(context, context.accumulator([], _Collected()))
        try:
            yield from job.run(_Placed(work, name), items)
        except (PySparkException, Py4JError) as error:
            raise SparkFailed(f"Spark gave up on {settings.master}; its log is {spark_log()}") from error
        finally:
            context.cancelJobGroup(GROUP)


@dataclass(frozen=True, slots=True)
class _Placed(Generic[Item, Result]):
    """The work on an executor; what it raises on purpose is a result as well."""

    work: Work[Item, Result]
    archive: str | None

    def __call__(self, item: Item) -> Result | _Failed:
        try:
            return self.work(item, Path(SparkFiles.get(self.archive)) if self.archive else None)
        except MailroomError as error:
            return _Failed(str(error), error.exit_code)


def _submit(
    context: SparkContext,
    results: Accumulator[list[Any]],
    work: Callable[[Item], Any],
    items: Sequence[Item],
) -> None:
    def label(own: Iterable[Item]) -> None:
        for item in own:
            results.add([work(item)])

    context.parallelize(items, min(len(items), MOST_TASKS)).foreachPartition(label)


@contextmanager
def _sent(context: SparkContext, folder: Path | None) -> Iterator[str | None]:
    """A folder as an archive that executors unpack: its name there."""
    if folder is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="mailroom-sent-") as place:
        # The name tells it from folders that this session sent before.
        archive = Path(shutil.make_archive(str(Path(place, f"sent-{time.time_ns()}")), "zip", folder))
        context.addArchive(str(archive))
        yield archive.name


def _raised(failed: _Failed) -> MailroomError:
    return (
        UsageError(failed.message) if failed.status == UsageError.exit_code else MailroomError(failed.message)
    )
