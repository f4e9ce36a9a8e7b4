"""What every door that fetches is wired with: the settings' log, the object store, traces, an answer at the end."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ingest.content import Intake
from ingest.receiving.handover import Handover
from ingest.receiving.receiver import Receiver, run_all
from ingest.stopping import stop_on_signals
from ingest.tally import Tally
from ingest.tracing import SERVICE, TracedSink
from mailroom import readiness
from mailroom.large_objects import put_file
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams.base import Sink
from mailroom.streams.clock import SystemClock
from mailroom.streams.opening import open_sink, require_log, with_inline_limit
from mailroom.telemetry.tracing import tracer
from mailroom.terminal import emit, messages


@dataclass(frozen=True, slots=True)
class Wiring:
    """The log's side of a door.

    Attributes:
        settings: With the log that the profile names.
    """

    settings: Settings

    def handover(self, source: str) -> Handover:
        """A connection to the log of its own, since each thread waits for its own documents."""
        objects = self.settings.objects
        store = ObjectStore(objects.uri)
        intake = Intake(store, objects.inline_limit, keep_file=partial(put_file, store))
        return Handover(self.sink, intake, SystemClock(), source)

    def sink(self) -> Sink:
        """The log, once somebody answers there.

        Raises:
            LogUnavailable: Nobody does.
        """
        require_log(self.settings)
        sink = open_sink(self.settings)
        # Each has a tracer of its own: a sink that failed is closed, and its tracer with it.
        traces = tracer(SERVICE, self.settings.telemetry.otlp_endpoint)
        return sink if traces is None else TracedSink(sink, traces)


def wired(settings: Settings) -> Wiring:
    """The log's side, after the log has answered once.

    Raises:
        LogUnavailable: Nobody answers at the start, which is for a person to mend.
    """
    settings = with_inline_limit(settings)
    require_log(settings)
    return Wiring(settings)


@dataclass(slots=True)
class Readiness:
    """Announces once every one of several sources was reached."""

    waiting: int
    _lock: threading.Lock

    def __call__(self) -> None:
        """Count one more as reached."""
        with self._lock:
            self.waiting -= 1
            if self.waiting == 0:
                readiness.announce()


def receive(
    settings: Settings,
    make: Callable[[Wiring, Tally, threading.Event, Callable[[], None]], Sequence[Receiver]],
    *,
    sources: int,
    once: bool,
    as_json: bool,
) -> int:
    """Run a door's receivers until SIGTERM or Ctrl-C (or, with `once`, until nothing is left), and say what came.

    Args:
        settings: With the log that the profile names.
        make: Makes the receivers of the wiring, the tally, the event that ends them, and what to call when a source
            is reached.
        sources: How many receivers it makes.
        once: Whether they end by themselves; a document that failed is then a failure of the whole.
        as_json: Say nothing of each document, and print one JSON document at the end.

    Returns:
        The exit status.
    """
    tally = Tally(quiet=as_json)
    wiring = wired(settings)
    with stop_on_signals() as stop:
        receivers = make(wiring, tally, stop, Readiness(sources, threading.Lock()))
        if not once and not as_json:
            messages().out(f"receiving from {', '.join(item.name for item in receivers)}; Ctrl-C ends it")
        run_all(receivers, stop)
    summary = f"{tally.sent_count} sent, {tally.failed_count} failed"
    emit(tally.document(), as_json=as_json, render=lambda console: console.out(summary, highlight=False))
    return 1 if once and tally.failed_count else 0
