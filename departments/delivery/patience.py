"""When a message that did not arrive is tried again, and when no longer.

Pauses double from five seconds to an hour. What counts towards giving up is the pauses, not the clock: a message that
waited for days because nobody ran the deliveries still gets all its tries.
"""

import random
from collections.abc import Callable

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 3600.0
JITTER = 0.1
"""Share of a pause by which it may be longer, so that what failed together is not tried together."""


def pause(attempts: int) -> float:
    """Seconds to wait after so many failed tries, 1 or more, before jitter."""
    # The exponent is bounded: a float has no room for the ten-thousandth doubling.
    return min(FIRST_SECONDS * 2.0 ** min(attempts - 1, 32), LONGEST_SECONDS)


def next_pause(
    attempts: int,
    *,
    give_up_after: float,
    retry_after: float | None = None,
    chance: Callable[[], float] = random.random,
) -> float | None:
    """Seconds until the next try, or None where there is none.

    Args:
        attempts: Tries that failed, 1 or more.
        give_up_after: Seconds of pauses, all together, after which a message is dead.
        retry_after: Seconds that the receiver asked for; an hour at most is granted.
        chance: A number from 0 to 1, for the jitter.
    """
    if sum(pause(number) for number in range(1, attempts + 1)) > give_up_after:
        return None
    seconds = max(pause(attempts), min(retry_after or 0.0, LONGEST_SECONDS))
    return seconds * (1 + JITTER * chance())
