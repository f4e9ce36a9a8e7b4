"""`mailroom receive bucket`: what is put into a bucket, by listing it or by its notifications."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.bucket.client import Bucket, Queue
from ingest.bucket.journal import Journal
from ingest.bucket.listing import Listing
from ingest.bucket.queue import Notifications
from ingest.receiving.identity import door_id
from ingest.receiving.receiver import Receiver, Source
from ingest.receiving.wiring import Wiring, receive
from ingest.tally import Tally
from mailroom import profiles
from mailroom.contracts.errors import UsageError
from mailroom.settings import home, load_settings


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `receive bucket`."""

    bucket: str
    prefix: str = ""
    queue_url: str | None = None
    endpoint: str | None = None
    move_to: str | None = None
    journal: Path | None = None
    poll_seconds: float = 30.0
    max_deliveries: int = 5
    retry_seconds: int = 30
    profile: str | None = None
    once: bool = False
    as_json: bool = False


def run(request: Request) -> int:
    """Receive, and return the exit status."""
    check(request)
    settings = profiles.resolve(request.profile, load_settings(), on_kinesis=True)
    make = partial(_receivers, request)
    return receive(settings, make, sources=1, once=request.once, as_json=request.as_json)


def check(request: Request) -> None:
    """Refuse what cannot be meant.

    Raises:
        UsageError: A listing's option beside a queue, or objects that would be moved to where they are.
    """
    if request.queue_url is not None and (request.prefix or request.move_to is not None):
        raise UsageError(
            "--prefix and --move-to are for listing: with --queue-url, filter in the bucket's notification"
        )
    if request.move_to is not None and (not request.move_to or request.prefix.startswith(request.move_to)):
        raise UsageError(
            "--move-to needs a prefix of its own, such as received/, that --prefix does not lie below"
        )


def _receivers(
    request: Request, wiring: Wiring, tally: Tally, stop: threading.Event, connected: Callable[[], None]
) -> Sequence[Receiver]:
    return [
        Receiver(
            name=f"bucket {request.bucket}",
            connect=partial(_source, request),
            handover=wiring.handover(f"/mailroom/bucket/{request.bucket}"),
            tally=tally,
            stop=stop,
            once=request.once,
            connected=connected,
        )
    ]


def _source(request: Request) -> Source:
    bucket = Bucket(request.bucket, request.endpoint)
    if request.queue_url is not None:
        queue = Queue(request.queue_url, request.endpoint)
        return Notifications(bucket, queue, request.max_deliveries, request.retry_seconds)
    journal = Journal(request.journal or journal_file(request), request.max_deliveries)
    return Listing(bucket, request.prefix, journal, request.move_to, request.poll_seconds)


def journal_file(request: Request) -> Path:
    """Where this bucket's and prefix's journal is kept unless the call says otherwise."""
    name = door_id("journal", request.endpoint or "", request.bucket, request.prefix)
    return home() / "receive" / f"bucket-{name}.sqlite3"
