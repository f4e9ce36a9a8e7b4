"""How far a search is: its fits counted, on the scale that every long work shares."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mailroom import progress as shared
from mailroom.progress import Pace, Report, readable


@dataclass(kw_only=True)
class Progress(Pace):
    """Counts fits, each weighing the share of the documents that it learns from.

    Attributes:
        show: Told of every change: weight done, weight of all, and what there is to say.
    """

    show: Callable[[float, float, str], object]
    fits: int = 0
    failed: int = 0
    best: float | None = None

    def advance(self, weight: float, *, failed: bool) -> None:
        """A fit is over."""
        self.done += weight
        self.fits += 1
        self.failed += failed
        self.show(self.done, self.total, self.sentence())

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


@contextmanager
def progress(total: float, report: Report) -> Iterator[Progress]:
    """Progress shown where somebody looks: on standard error if that is a terminal, else through `report`.

    Args:
        total: Weight of all fits.
        report: Told a line every ten seconds at most.
    """
    with shared.shown("search", report) as show:
        yield Progress(total=total, show=show)
