"""`mailroom receive smtp`: listens until it is told to stop."""

import asyncio
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.receiving.wiring import wired
from ingest.smtp.handler import MailHandler
from ingest.smtp.session import Connections, factory
from ingest.stopping import stop_on_signals
from ingest.tally import Tally
from mailroom import profiles, readiness
from mailroom.access.guarding import is_loopback
from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.door_settings import SmtpSettings
from mailroom.settings import Settings, load_settings
from mailroom.telemetry import logs
from mailroom.terminal import emit, messages

DRAIN_SECONDS = 30.0
SOURCE = "/mailroom/smtp"


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `receive smtp`; what is given goes before the settings."""

    given: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None
    as_json: bool = False


def run(request: Request) -> int:
    """Listen, and return the exit status."""
    settings = profiles.resolve(request.profile, load_settings(), on_kinesis=True)
    smtp = settings.smtp.model_copy(update=dict(request.given))
    check(smtp, settings)
    logs.configure(settings.telemetry.log_level)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # else each command of each client has its line
    tally = Tally(quiet=request.as_json)
    wiring = wired(settings)
    with stop_on_signals() as stop:
        handler = MailHandler(smtp, wiring.handover(SOURCE), tally)
        asyncio.run(serve(smtp, handler, stop))
        handler.handover.close()
    summary = f"{tally.sent_count} sent, {tally.failed_count} refused"
    emit(
        tally.document(),
        as_json=request.as_json,
        render=lambda console: console.out(summary, highlight=False),
    )
    return 0


def check(smtp: SmtpSettings, settings: Settings) -> None:
    """Refuse to let other machines in unasked, and to ask without TLS.

    Raises:
        UsageError: So it would be.
    """
    if (smtp.user is None) is not (smtp.password is None):
        raise UsageError("smtp.user and smtp.password belong together")
    if smtp.user is not None and smtp.certificate is None:
        raise UsageError("clients that log in need TLS: give smtp.certificate")
    if not is_loopback(smtp.host) and smtp.user is None and not settings.access.open:
        raise UsageError(
            f"receive smtp would take mail from other machines at {smtp.host} without asking who they are: set "
            "smtp.user, smtp.password and smtp.certificate, or listen at 127.0.0.1, or set access.open to true if the "
            "network guards it"
        )


async def serve(smtp: SmtpSettings, handler: MailHandler, stop: threading.Event) -> None:
    """Listen until `stop` is set; mails under way are finished.

    Raises:
        MailroomError: The address or the certificate cannot be used.
    """
    loop = asyncio.get_running_loop()
    connections = Connections(smtp.max_connections, smtp.max_mails_bytes)
    try:
        make = factory(smtp, handler, connections, loop)
        server = await loop.create_server(make, smtp.host, smtp.port)
    except OSError as error:
        raise MailroomError(
            f"cannot listen at {smtp.host}:{smtp.port} ({error.strerror or error}): choose another --port, and look at "
            "smtp.certificate"
        ) from error
    port = int(server.sockets[0].getsockname()[1])
    messages().out(f"receiving mail at {smtp.host}:{port}; Ctrl-C ends it", highlight=False)
    readiness.announce(port=port)
    await asyncio.to_thread(stop.wait)
    server.close()
    await handler.idle(DRAIN_SECONDS)
    for session in tuple(connections.open):
        if session.transport is not None:
            session.transport.close()
    await server.wait_closed()
