"""One connection of a client, with the limits that the library leaves to us."""

import asyncio
import hmac
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from ingest.smtp.handler import MailHandler
from mailroom.door_settings import MIB, SmtpSettings

SLACK_BYTES = 1 * MIB
"""A mail that is a little too large is answered; one that never ends is cut off."""
BUSY = b"421 4.3.2 too many connections, try again later\r\n"


@dataclass(slots=True)
class Connections:
    """Those that are open.

    Attributes:
        limit: How many may be.
        most_bytes: What all may hold together.
    """

    limit: int
    most_bytes: int
    open: set["Session"] = field(default_factory=set)

    def full(self) -> bool:
        """Whether one more is too many."""
        return len(self.open) >= self.limit

    def overflow(self) -> bool:
        """Whether they hold more than they may."""
        return sum(session.held for session in self.open) > self.most_bytes


class Busy(asyncio.Protocol):
    """Turns a client away that will come again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so and close."""
        writing = cast("asyncio.Transport", transport)
        writing.write(BUSY)
        writing.close()


class Session(SMTP):
    """The library's session, counted, and cut off where a mail never ends."""

    def __init__(self, connections: Connections, max_bytes: int, handler: MailHandler, **more: Any) -> None:
        super().__init__(handler, **more)
        self._connections = connections
        self._max_bytes = max_bytes + SLACK_BYTES
        self.held = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        self._connections.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it no more."""
        self._connections.open.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take what comes between two answers, within the limit.

        The library keeps the pieces of a line until it ends, even of one that it has refused.
        """
        self.held += len(data)
        too_much = self.held > self._max_bytes or self._connections.overflow()
        if too_much and self.transport is not None:
            cast("asyncio.Transport", self.transport).abort()
            return
        super().data_received(data)

    async def push(self, status: Any) -> None:
        """Answer; the count begins anew."""
        self.held = 0
        await super().push(status)


def factory(
    settings: SmtpSettings, handler: MailHandler, connections: Connections, loop: asyncio.AbstractEventLoop
) -> Callable[[], asyncio.BaseProtocol]:
    """Makes the protocol of each connection.

    Raises:
        OSError: The certificate cannot be read.
    """
    context = _tls(settings)
    guarded = settings.user is not None

    def make() -> asyncio.BaseProtocol:
        if connections.full():
            return Busy()
        return Session(
            connections,
            settings.max_mail_bytes,
            handler,
            data_size_limit=settings.max_mail_bytes,
            enable_SMTPUTF8=True,
            hostname="mailroom",
            ident="mailroom",
            tls_context=context,
            require_starttls=guarded,
            timeout=settings.timeout_seconds,
            auth_required=guarded,
            authenticator=_authenticator(settings) if guarded else None,
            auth_exclude_mechanism=None if guarded else ["LOGIN", "PLAIN"],
            command_call_limit=settings.max_commands,
            loop=loop,
        )

    return make


def _tls(settings: SmtpSettings) -> ssl.SSLContext | None:
    if settings.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.certificate, settings.key)
    return context


def _authenticator(settings: SmtpSettings) -> Callable[..., AuthResult]:
    user = (settings.user or "").encode()
    password = settings.password.get_secret_value().encode() if settings.password else b""

    def authenticate(_server: Any, _session: Any, _envelope: Any, mechanism: str, given: Any) -> AuthResult:
        if mechanism not in {"LOGIN", "PLAIN"} or not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        right = hmac.compare_digest(given.login, user) & hmac.compare_digest(given.password, password)
        return AuthResult(success=bool(password) and right, handled=False)

    return authenticate
