"""The one place where the door is put together, from its settings."""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.http.bodies import Pace
from ingest.http.errors import DoorTaken, JournalUnusable
from ingest.http.following import TOPICS, Follower
from ingest.http.forms import FormLimits
from ingest.http.health import Probes
from ingest.http.journal import Journal
from ingest.http.observing import UploadObserver
from ingest.http.operations import operations
from ingest.http.receiving import HELD_BYTES, Receive
from ingest.http.sender import Sender
from ingest.http.spool import Room
from ingest.http.telling import Tell
from ingest.tracing import SERVICE, TracedSink
from mailroom.access.key_ring import KeyRing
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams.base import Sink
from mailroom.streams.clock import SystemClock
from mailroom.streams.kafka import KafkaReader
from mailroom.streams.opening import open_sink, require_log
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.tracing import Tracer, tracer
from mailroom.web.app import Door
from mailroom.web.endpoint import DoorState
from mailroom.web.guard import Guard
from mailroom.web.observing import RequestObserver
from mailroom.web.rates import SlidingRates

TITLE = "Mailroom ingest"
DAY = 24 * 3600.0
PROBE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class HttpService:
    """The door, not yet open.

    Attributes:
        door: The application.
        state: Whether it is draining.
        metrics: What it counts.
        journal: What it knows.
    """

    door: Door
    state: DoorState
    metrics: Metrics
    journal: Journal


@contextmanager
def built(settings: Settings, keys: KeyRing | None) -> Iterator[HttpService]:
    """Wire the door; at the end what was taken is finished.

    Args:
        settings: With the log that the profile names.
        keys: Those it asks for.

    Raises:
        DoorTaken: Another door holds its folder.
        JournalUnusable: Its folder cannot be used.
        UsageError: A rate is none.
    """
    http, state, metrics, clock = settings.http, DoorState(), Metrics(), SystemClock()
    guard = Guard(keys, SlidingRates(http.rate), SlidingRates(http.stranger_rate))
    with held(http.state_dir) as uploads, closing(Journal(http.state_dir / "journal.sqlite3")) as journal:
        journal.prune(clock.now() - http.keep_days * DAY)
        spans = tracer(SERVICE, settings.telemetry.otlp_endpoint)
        with (
            _following(settings, journal),
            closing(Sender(partial(_sink, settings, spans), journal, clock)) as sender,
        ):
            store = ObjectStore(settings.objects.uri)
            receive = Receive(
                journal,
                sender,
                store,
                Room(uploads, settings.objects.inline_limit, max(HELD_BYTES, settings.objects.inline_limit)),
                Pace(http.max_request_bytes, http.grace_seconds, http.least_bytes_per_second),
                FormLimits(http.max_files, http.max_document_bytes),
                http.max_uploads,
                clock,
                UploadObserver(metrics.registry),
            )
            tell = Tell(journal, store, uploads, settings.objects.inline_limit)
            probes = Probes(state, partial(require_log, settings, timeout=PROBE_SECONDS), clock)
            observer = RequestObserver(metrics, spans)
            door = Door(operations(receive, tell, probes), TITLE, observer, state, guard)
            yield HttpService(door, state, metrics, journal)


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """Hold the door's folder; the kernel lets go of it when the process ends, however it ends.

    Yields:
        The folder for uploads, without those that a dead door has left: nobody was promised anything of them.

    Raises:
        DoorTaken: Another door holds it.
        JournalUnusable: It cannot be used.
    """
    uploads = folder / "uploads"
    try:
        uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise JournalUnusable(f"{folder} cannot be used ({error.strerror}): set http.state_dir") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DoorTaken(
                f"another door holds {folder}: set http.state_dir (MAILROOM_HTTP__STATE_DIR) for this one"
            ) from error
        for left in uploads.iterdir():
            left.unlink()
        yield uploads


@contextmanager
def _following(settings: Settings, journal: Journal) -> Iterator[None]:
    # On Kinesis a place in the log is larger than any number that the journal keeps.
    if not settings.http.follow or settings.log == "kinesis":
        yield
        return
    connect = partial(KafkaReader, settings.kafka, TOPICS, from_beginning=False)
    follower = Follower(lambda after: connect(after=after), journal, SystemClock())
    follower.start()
    with closing(follower):
        yield


def _sink(settings: Settings, spans: Tracer | None) -> Sink:
    sink = open_sink(settings)
    return sink if spans is None else TracedSink(sink, spans)
