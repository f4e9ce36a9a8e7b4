"""How far a long work is, and how long it will take: a bar on a terminal, else a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailroom.terminal import messages

EVERY_SECONDS = 10.0
MINUTE = 60

Report = Callable[[str], object]
"""Told what is being done, for whoever waits."""

Show = Callable[[float, float, str], object]
"""Told of every change: weight done, weight of all, and what there is to say."""


def line(what: str) -> None:
    """A line of a log, on standard error."""
    messages().print(what, highlight=False, markup=False, soft_wrap=True)


@dataclass
class Pace:
    """Weight done of a total, and the time that the rest will take.

    Attributes:
        total: Weight of all work.
        clock: Seconds.
        done: Weight of what is over.
    """

    total: float
    clock: Callable[[], float] = time.monotonic
    done: float = 0.0
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self, *, before: float = 0.0) -> None:
        """Count time from now, or from so many seconds before: what came earlier was preparation, not work."""
        self._began = self.clock() - before

    def skip(self, weight: float) -> None:
        """So much needs no time: an earlier run did it."""
        self.total -= weight

    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None before there is one."""
        if self.done <= 0:
            return None
        return (self.clock() - self._began) * max(0.0, self.total - self.done) / self.done


def readable(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE)
    return f"{minutes} min" if minutes < MINUTE else f"{minutes // MINUTE} h {minutes % MINUTE} min"


@contextmanager
def shown(what: str, report: Report) -> Iterator[Show]:
    """Progress shown where somebody looks: on standard error if that is a terminal, else through `report`.

    Args:
        what: The work's name, before the bar and before each line.
        report: Told a line every ten seconds at most.
    """
    if sys.stderr.isatty():
        with _bar(what) as show:
            yield show
    else:
        yield Lines(what, report)


@contextmanager
def _bar(what: str) -> Iterator[Show]:
    from rich import progress as rich  # noqa: PLC0415 - a terminal alone needs it

    columns = rich.TextColumn(what), rich.BarColumn(), rich.TextColumn("{task.description}")
    with rich.Progress(*columns, console=messages()) as bars:
        bar = bars.add_task("", total=None)
        yield lambda done, total, said: bars.update(bar, completed=done, total=total, description=said)


class Lines:
    """At most one line in so many seconds."""

    def __init__(self, what: str, report: Report) -> None:
        self._what, self._report, self._last = what, report, time.monotonic()

    def __call__(self, _done: float, _total: float, said: str) -> None:
        """Report what there is to say, unless that was done a moment ago."""
        if time.monotonic() - self._last >= EVERY_SECONDS:
            self._last = time.monotonic()
            self._report(f"{self._what}: {said}")
