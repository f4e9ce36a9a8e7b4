"""Keeps a cluster busy: as many lanes as it has cores, each giving Spark one bundle after the other.

A bundle is a Spark job of one task, so that its outcomes come back when it ends rather than when all do. Kernels that
are Spark jobs themselves are fitted by lanes that do nothing else until no such fit is left: a lane is a core, and a
core that no bundle holds is what their jobs run on.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from mailroom.contracts.errors import MailroomError
from training.search.keeper import Limits
from training.search.shipping import Shipment
from training.search.task import work
from training.search.work import Bundle, Outcome

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext

FitHere = Callable[[Bundle], Outcome]
"""Fits the first trial of a bundle in the driver."""


class ClusterLost(MailroomError):
    """Spark has ended in the middle of a search."""


@dataclass
class Lanes:
    """What is to be done, and what came of it.

    Args:
        context: Where tasks run.
        tag: Of their jobs, for whoever cancels them.
        shipment: What they need.
        limits: What each may use.
        tasks: Bundles for tasks.
        own: Bundles for the driver.
        fit_here: Fits one of those.
        own_lanes: How many of those at the same time; one lane is left to tasks where there are several.
    """

    context: "SparkContext"
    tag: str
    shipment: "Broadcast[Shipment]"
    limits: Limits
    tasks: Sequence[Bundle]
    own: Sequence[Bundle]
    fit_here: FitHere
    own_lanes: int
    _results: "queue.SimpleQueue[Outcome | Exception]" = field(default_factory=queue.SimpleQueue)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def outcomes(self) -> Iterator[Outcome]:
        """One for each trial of each bundle, as they come.

        Raises:
            ClusterLost: Spark has ended. What came before is worth keeping.
        """
        left = sum(len(bundle.trials) for bundle in (*self.tasks, *self.own))
        lanes: list[threading.Thread] = []
        queues = _Queue(deque(self.own), self._here), _Queue(deque(self.tasks), self._job)
        try:
            while left:
                self._widen(lanes, queues, left)
                result = self._results.get()
                if isinstance(result, Exception):
                    raise result
                left -= 1
                yield result
        finally:
            self._stop(lanes, unfinished=left > 0)

    def _widen(self, lanes: list[threading.Thread], queues: Sequence["_Queue"], left: int) -> None:
        """As many lanes as there are cores; executors of a cluster may join at any time."""
        from pyspark import InheritableThread  # noqa: PLC0415 - `mailroom train --help` answers at once

        wanted = max(1, min(left, self.context.defaultParallelism))
        for number in range(len(lanes), wanted):
            own = number < min(self.own_lanes, max(1, wanted - 1))
            lane = InheritableThread(target=self._lane, args=(queues if own else queues[1:],), daemon=True)
            lanes.append(lane)
            lane.start()

    def _stop(self, lanes: Sequence[threading.Thread], *, unfinished: bool) -> None:
        from py4j.protocol import Py4JError  # noqa: PLC0415

        self._stopped.set()
        with suppress(Py4JError, OSError):  # a cluster that was lost has no jobs to cancel
            if unfinished:
                self.context.cancelJobsWithTag(self.tag)
        for lane in lanes:
            lane.join(timeout=10)

    def _lane(self, queues: Sequence["_Queue"]) -> None:
        try:
            self.context.addJobTag(self.tag)
            for item in queues:
                self._empty(item)
        except Exception as error:  # noqa: BLE001 - a thread's error is the search's error
            self._results.put(error)

    def _empty(self, item: "_Queue") -> None:
        while not self._stopped.is_set() and (bundle := item.next()) is not None:
            while bundle.trials and not self._stopped.is_set():
                outcomes = item.work(bundle)
                for outcome in outcomes:
                    self._results.put(outcome)
                bundle = bundle.after(len(outcomes))

    def _here(self, bundle: Bundle) -> list[Outcome]:
        return [self.fit_here(bundle)]

    def _job(self, bundle: Bundle) -> list[Outcome]:
        from py4j.protocol import Py4JError  # noqa: PLC0415
        from pyspark.errors import PySparkException  # noqa: PLC0415

        do = partial(work, self.shipment, limits=self.limits)
        try:
            return list(self.context.parallelize([bundle], 1).flatMap(do).collect())
        except (PySparkException, Py4JError, OSError) as error:
            if _ended(self.context):
                raise ClusterLost(
                    "Spark has ended during the search; run it again to go on where it was"
                ) from error
            return [
                Outcome(trial, 0.0, reason=f"its Spark task failed: {_cause(error)}")
                for trial in bundle.trials
            ]


@dataclass(frozen=True)
class _Queue:
    """Bundles, and how they are worked: the outcomes of a bundle's first trials, at least one."""

    bundles: deque[Bundle]
    work: Callable[[Bundle], list[Outcome]]

    def next(self) -> Bundle | None:
        try:
            return self.bundles.popleft()
        except IndexError:
            return None


def _ended(context: "SparkContext") -> bool:
    try:
        return bool(context._jsc.sc().isStopped())  # noqa: SLF001 - PySpark has no question for it
    except Exception:  # noqa: BLE001 - whatever it is, the JVM does not answer
        return True


def _cause(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or "Exception" in line]
    return (telling or lines or [type(error).__name__])[-1]
