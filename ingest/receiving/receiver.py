"""The one loop of all doors that fetch: take, hand over, settle, wait; and come back after outages."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Protocol

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_when_event_set,
    wait_exponential_jitter,
)
from tenacity.nap import sleep_using_event

from ingest.documents import Outcome
from ingest.errors import SourceRefused, SourceUnavailable
from ingest.receiving.handover import Arrival, Handover
from ingest.tally import Tally
from mailroom.objects import StoreUnavailable
from mailroom.streams.errors import DeliveryFailed, LogUnavailable
from mailroom.terminal import messages

OUTAGES = (SourceUnavailable, StoreUnavailable, DeliveryFailed, LogUnavailable)
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0

Settled = tuple[Arrival, Outcome]


class Source(Protocol):
    """A connection to where documents are fetched from; broken by its first error."""

    def take(self) -> Sequence[Arrival]:
        """Some of what is there and not settled; empty where there is nothing.

        Raises:
            SourceUnavailable: It does not answer.
        """
        ...

    def settle(self, settled: Sequence[Settled]) -> None:
        """Mark as done, each by what became of it, so that it is not taken again.

        Raises:
            SourceUnavailable: It does not answer; what was not marked will be taken again, under the same id.
        """
        ...

    def wait(self, stop: threading.Event) -> None:
        """Wait until there may be something, or `stop` is set.

        Raises:
            SourceUnavailable: It does not answer.
        """
        ...

    def close(self) -> None:
        """Release the connection; never raises."""
        ...


@dataclass(slots=True)
class Receiver:
    """Fetches from one source until it is told to stop.

    Attributes:
        name: Of the source, for a person.
        connect: Reaches the source.
        handover: Where documents go.
        tally: Is told what became of each.
        stop: Ends it between two batches.
        once: End where there is nothing left; an outage is then an error.
        connected: Called when the source was first reached.
    """

    name: str
    connect: Callable[[], Source]
    handover: Handover
    tally: Tally
    stop: threading.Event
    once: bool = False
    connected: Callable[[], object] = bool
    _source: Source | None = field(default=None, repr=False)
    _reached: bool = False

    def run(self) -> None:
        """Fetch.

        Raises:
            SourceRefused: At the first connection: nobody need wait for that to mend itself.
            MailroomError: An outage, with `once`; or what no waiting mends.
        """
        try:
            while not self.stop.is_set() and self._retrying()(self._round):
                pass
        except OUTAGES:
            if not self.stop.is_set():
                raise
        finally:
            self._disconnect()
            self.handover.close()

    def _round(self) -> bool:
        """One look; whether to look again."""
        try:
            source = self._connection()
            arrivals = source.take()
            if arrivals:
                self._pass_on(source, arrivals)
            elif self.once:
                return False
            else:
                source.wait(self.stop)
        except OUTAGES:
            self._disconnect()
            raise
        return True

    def _pass_on(self, source: Source, arrivals: Sequence[Arrival]) -> None:
        settled = list(zip(arrivals, self.handover.deliver(arrivals), strict=True))
        source.settle(settled)
        for _, outcome in settled:
            self.tally(outcome)

    def _connection(self) -> Source:
        if self._source is None:
            self._source = self.connect()
        if not self._reached:
            self._reached = True
            self.connected()
        return self._source

    def _disconnect(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _retrying(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception(self._passing),
            stop=stop_after_attempt(1) if self.once else stop_when_event_set(self.stop),
            wait=wait_exponential_jitter(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE, jitter=FIRST_PAUSE),
            sleep=sleep_using_event(self.stop),
            before_sleep=self._say,
            reraise=True,
        )

    def _passing(self, error: BaseException) -> bool:
        if isinstance(error, SourceRefused) and not self._reached:
            return False
        return isinstance(error, OUTAGES)

    def _say(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        line = f"{self.name}: {error}; trying again in {seconds:.1f} s"
        messages().out(line, highlight=False)


def run_all(receivers: Sequence[Receiver], stop: threading.Event) -> None:
    """Run receivers side by side; one that fails ends the others, but for those that run once.

    Raises:
        MailroomError: The first failure.
    """
    with ThreadPoolExecutor(len(receivers), thread_name_prefix="receiver") as pool:
        runs = [pool.submit(receiver.run) for receiver in receivers]
        if not receivers[0].once:
            wait(runs, return_when=FIRST_EXCEPTION)
            stop.set()
    for run in runs:
        run.result()
