"""What the verbs of the departments do: put together, announce, run to the end."""

import os
import signal
import sys
from contextlib import closing

import structlog

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


def _settings(profile: str | None) -> Settings:
    settings = load_settings()
    logs.configure(settings.telemetry.log_level)
    return profiles.resolve(profile, settings)


def _leave_now() -> None:
    """End the process while a document is still being read, which nothing can interrupt; it is read again."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
