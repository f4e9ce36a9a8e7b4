"""Faust and its client tell of every step, and of a broker that is away ten times a second: less of both."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TALKATIVE = ("aiokafka", "faust", "mode", "departments.projection.transport")
"""Loggers that tell of every step; what is wrong they still say."""
REPEATING = (
    "aiokafka",
    "aiokafka.cluster",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.sender",
)
"""Loggers that say the same again for as long as it lasts."""
EVERY_SECONDS = 30.0


@dataclass(slots=True)
class Seldom:
    """Lets each place in the code speak now and then.

    Attributes:
        seconds: Between two records of one place.
        clock: Times them.
    """

    seconds: float = EVERY_SECONDS
    clock: Callable[[], float] = time.monotonic
    _spoke: dict[tuple[str, int], float] = field(default_factory=dict)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is let through."""
        place, now = (record.pathname, record.lineno), self.clock()
        if now - self._spoke.get(place, -self.seconds) < self.seconds:
            return False
        self._spoke[place] = now
        return True


def quiet() -> None:
    """Quieten them, in this process."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    seldom = Seldom()
    for name in REPEATING:
        logging.getLogger(name).addFilter(seldom)
