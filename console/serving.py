"""`mailroom console`: opens the page, and keeps it open until it is told to stop."""

from dataclasses import dataclass

import structlog

from console.accounts import first
from console.bootstrap import built
from mailroom import profiles
from mailroom.readiness import announce
from mailroom.settings import Settings, home, load_settings
from mailroom.telemetry import logs
from mailroom.telemetry.scraping import scraped
from mailroom.terminal import emit, messages
from mailroom.web.listening import bound, listeners
from mailroom.web.server import Server, ServerLimits

FINISH_SECONDS = 6.0
"""For pages that are being made, and streams of events, which look every five seconds whether they are to end."""


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `console`."""

    host: str | None = None
    port: int | None = None
    as_json: bool = False


def run(request: Request) -> int:
    """Show pages until SIGTERM or Ctrl-C; the exit status.

    Raises:
        MailroomError: It cannot begin: the address is taken, or the database does not answer.
    """
    settings = _with_options(profiles.resolve(None, load_settings(), on_kinesis=True), request)
    telemetry = settings.telemetry
    logs.configure(telemetry.log_level)
    opened = bound(settings.console.host, settings.console.port)
    with (
        built(settings) as console,
        scraped(console.metrics, telemetry.metrics_host, telemetry.metrics_port, settings.access),
    ):
        password_file = first.ensure(console.context.store, home())
        host, port = opened.getsockname()[:2]
        address = f"http://{host}:{port}"

        def ready() -> None:
            announce(host=host, port=port)
            structlog.get_logger().info("ready", host=host, port=port)
            messages().print(f"the console is at {address}", markup=False, highlight=False)
            if password_file is not None:
                messages().print(f"sign in as {first.NAME}; the password is in {password_file}", markup=False)

        limits = ServerLimits(finish_seconds=FINISH_SECONDS)
        server = Server(console.app, console.context.state, limits, ready)
        server.run(sockets=listeners(opened))
        answered = server.server_state.total_requests
    emit({"requests": answered}, as_json=request.as_json)
    return 0


def _with_options(settings: Settings, request: Request) -> Settings:
    given = {name: value for name in ("host", "port") if (value := getattr(request, name)) is not None}
    return settings.model_copy(update={"console": settings.console.model_copy(update=given)})
