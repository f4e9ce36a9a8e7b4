"""How far a search is, and how long it will take: a bar on a terminal, else a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailroom.terminal import messages
from training.waiting import Report

EVERY_SECONDS = 10.0
MINUTE = 60


@dataclass
class Progress:
    """Counts fits, each weighing the share of the documents that it learns from.

    Attributes:
        total: Weight of all fits.
        clock: Seconds.
        show: Told of every change: weight done, and what there is to say.
        done: Weight of the fits that are over.
    """

    total: float
    show: Callable[[float, str], object]
    clock: Callable[[], float] = time.monotonic
    done: float = 0.0
    fits: int = 0
    failed: int = 0
    best: float | None = None
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.clock()

    def advance(self, weight: float, *, failed: bool) -> None:
        """A fit is over."""
        self.done += weight
        self.fits += 1
        self.failed += failed
        self.show(self.done, self.sentence())

    def skip(self, weight: float) -> None:
        """So much needs no time: an earlier run did it."""
        self.total -= weight

    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None before there is one."""
        if self.done <= 0:
            return None
        return (self.clock() - self._began) * max(0.0, self.total - self.done) / self.done

    def sentence(self) -> str:
        """What a person wants to know."""
        parts = [f"{self.fits} fits done"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.best is not None:
            parts.append(f"best so far {self.best:.3f}")
        left = self.seconds_left()
        if left is not None:
            parts.append(f"about {readable(left)} left")
        return ", ".join(parts)


def readable(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE)
    return f"{minutes} min" if minutes < MINUTE else f"{minutes // MINUTE} h {minutes % MINUTE} min"


@contextmanager
def progress(total: float, report: Report) -> Iterator[Progress]:
    """Progress shown where somebody looks: on standard error if that is a terminal, else through `report`.

    Args:
        total: Weight of all fits.
        report: Told a line every ten seconds at most.
    """
    if sys.stderr.isatty():
        with _bar(total) as shown:
            yield shown
    else:
        yield Progress(total, _Lines(report))


@contextmanager
def _bar(total: float) -> Iterator[Progress]:
    from rich import progress as rich  # noqa: PLC0415 - a terminal alone needs it

    columns = rich.TextColumn("search"), rich.BarColumn(), rich.TextColumn("{task.description}")
    with rich.Progress(*columns, console=messages()) as bars:
        bar = bars.add_task("", total=total)
        shown = Progress(
            total, lambda done, said: bars.update(bar, completed=done, total=shown.total, description=said)
        )
        yield shown


class _Lines:
    """At most one line in so many seconds."""

    def __init__(self, report: Report) -> None:
        self._report, self._last = report, time.monotonic()

    def __call__(self, _: float, said: str) -> None:
        if time.monotonic() - self._last >= EVERY_SECONDS:
            self._last = time.monotonic()
            self._report(f"search: {said}")
