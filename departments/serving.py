"""What the verbs of the departments do: put together, announce, run to the end."""

import logging
import os
import signal
import sys
from contextlib import closing

import structlog

from departments.lookup.serving import serve
from departments.running import parts
from departments.store.engine import open_store
from mailroom import profiles
from mailroom.readiness import announce
from mailroom.settings import Settings, load_settings
from mailroom.streams.opening import require_log
from mailroom.telemetry import logs
from mailroom.telemetry.metrics import Metrics
from mailroom.telemetry.scraping import scraped
from mailroom.terminal import emit


def run_departments(profile: str | None, *, as_json: bool) -> None:
    """Run until SIGTERM or Ctrl-C.

    Raises:
        MailroomError: It cannot begin, or a part gave up.
    """
    settings = _settings(profile)
    require_log(settings)
    metrics, telemetry = Metrics(), settings.telemetry
    with (
        closing(open_store(settings.desks)) as store,
        scraped(metrics, telemetry.metrics_host, telemetry.metrics_port, settings.access) as port,
    ):

        def ready() -> None:
            announce(metrics_port=port)
            structlog.get_logger().info("ready", metrics_port=port)

        running = parts(settings, store, metrics, ready)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: running.stop.set())
        finished = running.run()
    structlog.get_logger().info("stopped", finished=finished)
    emit({"finished": finished}, as_json=as_json, render=lambda _: None)
    if not finished:
        _leave_now()


def serve_lookups(host: str | None, port: int | None, *, as_json: bool) -> int:
    """Answer look-ups until SIGTERM or Ctrl-C; the exit status.

    Raises:
        MailroomError: It cannot begin.
    """
    settings = load_settings()
    configure_logs(settings)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    desks = settings.desks.model_copy(update=given)
    return serve(settings.model_copy(update={"desks": desks}), as_json=as_json)


def configure_logs(settings: Settings) -> None:
    """Log as the settings say; how tables are made is nobody's affair while nothing is wrong."""
    logs.configure(settings.telemetry.log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _settings(profile: str | None) -> Settings:
    settings = load_settings()
    configure_logs(settings)
    return profiles.resolve(profile, settings)


def _leave_now() -> None:
    """End the process while a document is still being read, which nothing can interrupt; it is read again."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
