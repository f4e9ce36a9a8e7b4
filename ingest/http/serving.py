"""`mailroom receive http`: opens the door, and keeps it open until it is told to stop."""

from dataclasses import dataclass
from typing import Any

import structlog

from ingest.http.bootstrap import HttpService, built
from mailroom import profiles
from mailroom.access.guarding import ring_for
from mailroom.readiness import announce
from mailroom.settings import Settings, load_settings
from mailroom.streams.opening import require_log, with_inline_limit
from mailroom.telemetry import logs
from mailroom.telemetry.scraping import scraped
from mailroom.terminal import emit
from mailroom.web.listening import bound, listeners
from mailroom.web.server import Server, ServerLimits

WHAT = "the HTTP door"
FINISH_SECONDS = 45.0
"""For uploads that have begun; more than the log may take to acknowledge."""


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `receive http`."""

    host: str | None = None
    port: int | None = None
    profile: str | None = None
    as_json: bool = False


def run(request: Request) -> int:
    """Take documents until SIGTERM or Ctrl-C; the exit status.

    Raises:
        MailroomError: It cannot begin: the address is taken, no broker answers, keys are missing or not to be trusted.
    """
    settings = _with_options(profiles.resolve(request.profile, load_settings(), on_kinesis=True), request)
    http, telemetry = settings.http, settings.telemetry
    keys = ring_for(settings.access, http.host, WHAT)
    logs.configure(telemetry.log_level)
    opened = bound(http.host, http.port)
    settings = with_inline_limit(settings)
    require_log(settings)
    with (
        built(settings, keys) as service,
        scraped(
            service.metrics, telemetry.metrics_host, telemetry.metrics_port, settings.access
        ) as metrics_port,
    ):
        host, port = opened.getsockname()[:2]
        facts = {"host": host, "port": port, "metrics_port": metrics_port, "keys": keys is not None}
        server = _server(service, settings, facts)
        server.run(sockets=listeners(opened))
        answered = server.server_state.total_requests
    structlog.get_logger().info("stopped", requests=answered)
    emit({"requests": answered}, as_json=request.as_json)
    return 0


def _server(service: HttpService, settings: Settings, facts: dict[str, Any]) -> Server:
    def ready() -> None:
        announce(**facts)
        structlog.get_logger().info("ready", **facts)

    http = settings.http
    limits = ServerLimits(http.head_seconds, http.drain_seconds, FINISH_SECONDS)
    return Server(service.door, service.state, limits, ready)


def _with_options(settings: Settings, request: Request) -> Settings:
    given = {name: value for name in ("host", "port") if (value := getattr(request, name)) is not None}
    return settings.model_copy(update={"http": settings.http.model_copy(update=given)})
