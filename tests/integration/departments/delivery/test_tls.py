"""Receivers by TLS: whose certificate is trusted, and who may log in."""

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from pydantic import SecretStr

from departments.delivery.errors import NotDelivered
from departments.delivery.forward import ForwardChannel
from departments.delivery.originals import Originals
from departments.delivery.webhook import WebhookChannel
from mailroom.contracts.errors import UsageError
from mailroom.desk_settings import ForwardSettings, MailServerSettings, WebhookSettings
from mailroom.embedded.ports import any_free
from mailroom.streams.clock import SystemClock
from tests.servers import hooks
from tests.servers.deliveries import kept, message

USER, PASSWORD = "mailroom", "right"

pytestmark = pytest.mark.security


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of `localhost`, which nobody but itself signed."""
    folder = tmp_path_factory.mktemp("tls")
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    files = ("-keyout", str(folder / "key"), "-out", str(folder / "certificate"))
    subprocess.run(["openssl", *new, *subject, *files], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key").read_text() + (folder / "certificate").read_text())
    return both


def post(url: str, bundle: Path | None) -> None:
    """Post one message."""
    settings = WebhookSettings(url=url, secret=SecretStr(hooks.SECRET), internal=True, ca_bundle=bundle)

    async def send() -> None:
        async with WebhookChannel(settings, SystemClock()) as channel:
            await channel.deliver(message())

    asyncio.run(send())


def test_a_webhook_is_told_nothing_before_its_certificate_is_trusted(certificate: Path) -> None:
    """By the bundle that is named, and for the name that it is called by."""
    with hooks.listening(certificate) as hook:
        post(f"https://localhost:{hook.port}/hook", certificate)
        for url, bundle in (
            (f"https://localhost:{hook.port}/", None),
            (f"https://127.0.0.1:{hook.port}/", certificate),
        ):
            with pytest.raises(NotDelivered, match="certificate is not trusted"):
                post(url, bundle)
        assert [received.verified()["data"]["id"] for received in hook.received] == ["4711"]


def test_a_bundle_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError, match="ca_bundle is no file"):
        post("https://localhost/", tmp_path / "none")


class Server:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        self.envelopes.append(envelope)
        return "250 OK"


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
) -> AuthResult:
    return AuthResult(
        success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False
    )


@pytest.fixture
def mail(certificate: Path) -> Iterator[Controller]:
    """A mail server that asks for TLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    controller = Controller(
        Server(), hostname="127.0.0.1", port=any_free(), tls_context=context, require_starttls=True,
        auth_required=True, authenticator=_authenticate,
    )  # fmt: skip
    controller.start()
    yield controller
    controller.stop()


def forward(port: int, folder: Path, **settings: Any) -> None:
    """Forward one message."""
    given = MailServerSettings(host="localhost", port=port, tls="starttls", timeout_seconds=5, **settings)
    with ThreadPoolExecutor(1) as executor:
        channel = ForwardChannel(
            ForwardSettings(to=("ap@example.com",)), given, Originals(kept(folder)[0]), executor
        )
        asyncio.run(channel.deliver(message(channel="email")))


def test_a_mail_server_gets_password_and_documents_by_tls_alone(
    mail: Controller, certificate: Path, tmp_path: Path
) -> None:
    """A wrong password is told as such, and can be mended; an unknown certificate gets neither."""
    user = {"user": USER, "password": SecretStr(PASSWORD)}
    forward(mail.port, tmp_path, ca_bundle=certificate, **user)
    with pytest.raises(NotDelivered, match="certificate is not trusted"):
        forward(mail.port, tmp_path, **user)
    with pytest.raises(NotDelivered, match="refused user or password") as caught:
        forward(mail.port, tmp_path, ca_bundle=certificate, user=USER, password=SecretStr("wrong"))
    assert caught.value.final is False
    assert len(mail.handler.envelopes) == 1
