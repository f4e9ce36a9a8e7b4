"""How often somebody may come, by windows that slide (`limits`); counted in this process."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from mailroom.contracts.errors import UsageError


class SlidingRates:
    """Counts requests of each caller.

    A window that slides lets nobody come twice as often around its edge, and costs two numbers a caller.

    Args:
        rate: As `limits` writes it: `600/minute`, `10 per second`.

    Raises:
        UsageError: It is none.
    """

    def __init__(self, rate: str) -> None:
        self._rate = parsed(rate)
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())

    def spend(self, who: str) -> int:
        """Count one request; 0 where it is allowed, else the seconds after which the next one is."""
        if self._windows.hit(self._rate, who):
            return 0
        reset = self._windows.get_window_stats(self._rate, who).reset_time
        return max(1, math.ceil(reset - time.time()))


def parsed(rate: str) -> RateLimitItem:
    """A rate as a person writes it.

    Raises:
        UsageError: It is none.
    """
    try:
        return parse(rate)
    except ValueError as error:
        raise UsageError(f"{rate!r} is no rate: write it like 600/minute or 10/second") from error
