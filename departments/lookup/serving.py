"""`mailroom departments serve`: opens the look-up door, and keeps it open until it is told to stop."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from departments.changes import Changes
from departments.lookup.events import Events
from departments.lookup.operations import operations
from departments.lookup.telling import Tell
from departments.store.changes import latest
from departments.store.engine import Store, open_store
from mailroom.access.guarding import ring_for
from mailroom.access.key_ring import KeyRing
from mailroom.readiness import announce
from mailroom.settings import Settings, load_settings
from mailroom.telemetry import logs
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.scraping import scraped
from mailroom.telemetry.tracing import tracer
from mailroom.terminal import emit
from mailroom.web.app import Door
from mailroom.web.endpoint import DoorState
from mailroom.web.guard import Guard
from mailroom.web.health import Health
from mailroom.web.listening import bound, listeners
from mailroom.web.observing import RequestObserver
from mailroom.web.rates import SlidingRates
from mailroom.web.server import Server, ServerLimits

TITLE = "Mailroom labels"
WHAT = "the look-up door"
SERVICE = "mailroom-departments"
FINISH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LookupService:
    """The door, not yet open.

    Attributes:
        door: The application.
        state: Whether it is draining.
        metrics: What it counts.
    """

    door: Door
    state: DoorState
    metrics: Metrics


def run(host: str | None, port: int | None, *, as_json: bool) -> int:
    """Answer until SIGTERM or Ctrl-C; the exit status.

    Args:
        host: Where to listen, in place of what the settings say.
        port: Likewise.
        as_json: Print one JSON document at the end.

    Raises:
        MailroomError: It cannot begin: the address is taken, the database does not answer, keys are missing.
    """
    settings = _with_options(load_settings(), host, port)
    desks, telemetry = settings.desks, settings.telemetry
    logs.configure(telemetry.log_level)
    keys = ring_for(settings.access, desks.host, WHAT)
    opened = bound(desks.host, desks.port)
    with (
        built(settings, keys) as service,
        scraped(
            service.metrics, telemetry.metrics_host, telemetry.metrics_port, settings.access
        ) as metrics_port,
    ):
        host, port = opened.getsockname()[:2]
        facts: dict[str, Any] = {
            "host": host, "port": port, "metrics_port": metrics_port, "keys": keys is not None,
        }  # fmt: skip

        def ready() -> None:
            announce(**facts)
            structlog.get_logger().info("ready", **facts)

        server = Server(service.door, service.state, ServerLimits(finish_seconds=FINISH_SECONDS), ready)
        server.run(sockets=listeners(opened))
        answered = server.server_state.total_requests
    emit({"requests": answered}, as_json=as_json)
    return 0


@contextmanager
def built(settings: Settings, keys: KeyRing | None) -> Iterator[LookupService]:
    """Wire the door.

    Args:
        settings: Of the desks.
        keys: Those it asks for.

    Raises:
        UsageError: A setting cannot be right.
        DatabaseUnavailable: The database does not answer.
    """
    metrics, state, desks = Metrics(), DoorState(), settings.desks
    guard = Guard(keys, SlidingRates(desks.rate), SlidingRates(desks.stranger_rate))
    observer = RequestObserver(metrics, tracer(SERVICE, settings.telemetry.otlp_endpoint))
    with closing(open_store(desks)) as store:
        events = Events(store, Changes(lambda: _latest(store)), state)
        table = operations(Tell(store, events), Health(metrics, state))
        yield LookupService(Door(table, TITLE, observer, state, guard), state, metrics)


def _with_options(settings: Settings, host: str | None, port: int | None) -> Settings:
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return settings.model_copy(update={"desks": settings.desks.model_copy(update=given)})


def _latest(store: Store) -> int:
    with store.reading() as session:
        return latest(session)
