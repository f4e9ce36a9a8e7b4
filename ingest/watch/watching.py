"""`mailroom watch-folder`: wires the real folder and the real log, and runs until it is told to stop."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from ingest.content import Intake
from ingest.documents import printable
from ingest.errors import FolderUnusable
from ingest.stopping import stop_on_signals
from ingest.tally import Tally
from ingest.tracing import SERVICE, TracedLog
from ingest.watch.inbox import STATE, Inbox
from ingest.watch.journal import Journal
from ingest.watch.kafka_raw_log import KafkaRawLog
from ingest.watch.raw_log import RawLog
from ingest.watch.watcher import Watcher
from mailroom import profiles
from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.objects import ObjectStore, StoreUnavailable
from mailroom.settings import Settings, load_settings
from mailroom.streams.clock import SystemClock
from mailroom.streams.errors import LogUnavailable
from mailroom.telemetry.tracing import Tracer, tracer
from mailroom.terminal import emit, messages

LONGEST_PAUSE = 30.0
SHORTEST_LOOK = 0.05
LONGEST_LOOK = 1.0
MARGIN = 0.05


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `watch-folder`."""

    folder: Path
    profile: str | None = None
    settle: float = 1.0
    once: bool = False
    poll: bool = False
    as_json: bool = False


def run(request: Request) -> int:
    """Watch until SIGTERM or Ctrl-C (or, with `once`, until what lies there is done); return the exit status."""
    if request.settle <= 0:
        raise UsageError("--settle needs more than 0 seconds")
    settings = profiles.resolve(request.profile, load_settings())
    inbox, tally = Inbox(request.folder), Tally(quiet=request.as_json)
    inbox.prepare()
    with (
        inbox.lock(),
        closing(Journal(request.folder / STATE / "journal.sqlite3")) as journal,
        stop_on_signals() as stop,
    ):
        traces = tracer(SERVICE, settings.telemetry.otlp_endpoint)
        waiting = Service(request, settings, inbox, journal, tally, stop, traces).run()
        if traces is not None:
            traces.close()
    result = {
        "folder": str(request.folder),
        "waiting": list(map(printable, waiting)),
        **tally.document(),
    }
    summary = f"{tally.sent_count} sent, {tally.failed_count} failed, {len(waiting)} waiting"
    emit(result, as_json=request.as_json, render=lambda console: console.out(summary, highlight=False))
    return 1 if request.once and tally.failed_count else 0


@dataclass(slots=True)
class Service:
    """Keeps a watcher connected to the log."""

    request: Request
    settings: Settings
    inbox: Inbox
    journal: Journal
    tally: Tally
    stop: threading.Event
    traces: Tracer | None = None
    _watcher: Watcher | None = None
    _outages: int = 0

    def run(self) -> Sequence[str]:
        """Watch, and come back after outages of the log or the object store; an outage at the start is an error."""
        while True:
            try:
                with closing(self._connect()) as log:
                    return self._watch(self._resume(log))
            except (LogUnavailable, StoreUnavailable) as error:
                if self._watcher is None or self.request.once:
                    raise
                self._pause(error)
            if self.stop.is_set():
                return ()

    def _connect(self) -> RawLog:
        log = KafkaRawLog(self.settings.kafka, f"mailroom-watch-folder-{self.journal.folder_id()}")
        return log if self.traces is None else TracedLog(log, self.traces)

    def _resume(self, log: RawLog) -> Watcher:
        objects = self.settings.objects
        watcher = self._watcher or Watcher(
            inbox=self.inbox,
            journal=self.journal,
            log=log,
            intake=Intake(ObjectStore(objects.uri), objects.inline_limit),
            clock=SystemClock(),
            settle=self.request.settle,
            report=self.tally,
            stopping=self.stop.is_set,
        )
        watcher.log = log
        watcher.recover()
        self._watcher = watcher
        return watcher

    def _watch(self, watcher: Watcher) -> Sequence[str]:
        waiting = watcher.step()
        if self.request.once:
            if waiting and not self.stop.wait(self.request.settle + MARGIN):
                waiting = watcher.step()
            return waiting
        if not self.tally.quiet:
            messages().out(f"watching {self.request.folder}; Ctrl-C ends it", highlight=False)
        for _ in wakes(self.request, self.stop):
            waiting = watcher.step()
            self._outages = 0
        return waiting

    def _pause(self, error: MailroomError) -> None:
        self._outages += 1
        seconds = min(LONGEST_PAUSE, 2.0 ** min(self._outages - 1, 10))
        messages().out(f"{error}; trying again in {seconds:g} s", highlight=False)
        self.stop.wait(seconds)


def wakes(request: Request, stop: threading.Event) -> Iterator[None]:
    """When to look: as soon as something changes in the folder, and often enough to see that nothing does."""
    pause = min(max(request.settle / 2, SHORTEST_LOOK), LONGEST_LOOK)
    if request.poll:
        while not stop.wait(pause):
            yield
        return
    changes = watchfiles.watch(
        request.folder,
        watch_filter=None,
        debounce=200,
        step=20,
        stop_event=stop,
        rust_timeout=int(pause * 1000),
        yield_on_timeout=True,
        raise_interrupt=False,
        recursive=False,
    )
    try:
        for _ in changes:
            yield
    except OSError as error:
        raise FolderUnusable(f"{request.folder} cannot be watched ({error}): use --poll") from error
