"""Outages are waited out, with pauses that grow."""

import threading
from collections.abc import Callable

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_when_event_set,
    wait_exponential_jitter,
)
from tenacity.nap import sleep_using_event

from ingest.errors import SourceUnavailable
from mailroom.objects import StoreUnavailable
from mailroom.streams.errors import DeliveryFailed, LogUnavailable
from mailroom.terminal import messages

OUTAGES = (SourceUnavailable, StoreUnavailable, DeliveryFailed, LogUnavailable)
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0


def keep_on(
    work: Callable[[], bool],
    name: str,
    stop: threading.Event,
    *,
    once: bool,
    passing: Callable[[BaseException], bool] = lambda error: isinstance(error, OUTAGES),
) -> None:
    """Do some work again and again, until it says that there is no more or `stop` is set.

    Args:
        work: A piece of it; false where there is no more.
        name: Of what it is done for, for a person.
        stop: Ends it, and every pause.
        once: Nothing is tried again: an outage is an error.
        passing: Whether an error may mend itself. After one that does, pauses begin short again.

    Raises:
        MailroomError: What does not pass; with `once`, any outage.
    """
    attempts = Retrying(
        retry=retry_if_exception(passing),
        stop=stop_after_attempt(1) if once else stop_when_event_set(stop),
        wait=wait_exponential_jitter(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE, jitter=FIRST_PAUSE),
        sleep=sleep_using_event(stop),
        before_sleep=lambda state: _say(name, state),
        reraise=True,
    )
    try:
        while not stop.is_set() and attempts(work):
            pass
    except OUTAGES:
        if not stop.is_set():
            raise


def _say(name: str, state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    seconds = state.next_action.sleep if state.next_action else 0.0
    messages().out(f"{name}: {error}; trying again in {seconds:.1f} s", highlight=False)
