"""How long each stage of a run takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from training.waiting import Report


class Stopwatch:
    """Seconds by stage.

    Attributes:
        seconds: Wall time of the stages that are over.
    """

    def __init__(self, report: Report) -> None:
        self.seconds: dict[str, float] = {}
        self._report = report

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Say what begins, and remember how long it took."""
        self._report(name)
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - started, 3)
