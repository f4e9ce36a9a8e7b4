"""The one loop of all doors that fetch: take, hand over, settle, wait; and come back after outages."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Protocol

from ingest.documents import Outcome
from ingest.errors import SourceRefused
from ingest.receiving.handover import Arrival, Handover
from ingest.receiving.patience import OUTAGES, keep_on
from ingest.tally import Tally

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
            keep_on(self._round, self.name, self.stop, once=self.once, passing=self._passing)
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

    def _passing(self, error: BaseException) -> bool:
        return isinstance(error, OUTAGES) and (self._reached or not isinstance(error, SourceRefused))


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
