"""E-mail forward, through a real mail server on this machine."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import ValidationError

from departments.delivery.errors import NotDelivered
from departments.delivery.forward import ForwardChannel
from departments.delivery.originals import Originals
from departments.store.tables import RECALLED
from mailroom.contracts.errors import UsageError
from mailroom.desk_settings import ForwardSettings, MailServerSettings
from mailroom.embedded.ports import any_free
from tests.servers.deliveries import CONTENT, kept, message

TO = ("ap@example.com", "archive@example.com")


@dataclass
class Server:
    """What the server does, and what it got."""

    refused: dict[str, str] = field(default_factory=dict)
    answer: str = "250 OK"
    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take an address, or not."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or not."""
        if self.answer.startswith("250"):
            self.envelopes.append(envelope)
        return self.answer

    def mails(self) -> list[EmailMessage]:
        """All mails, taken apart by the standard library."""
        return [
            email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
            for envelope in self.envelopes
        ]


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    """A mail server for all tests."""
    running = Controller(Server(), hostname="127.0.0.1", port=any_free())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server(controller: Controller) -> Server:
    """The server, which has got nothing yet and refuses nothing."""
    handler: Server = controller.handler
    handler.refused, handler.answer = {}, "250 OK"
    handler.envelopes.clear()
    return handler


@pytest.fixture
def send(controller: Controller, tmp_path: Path) -> Any:
    """Forwards a message, with settings of its own."""
    objects, uri = kept(tmp_path)

    def forward(
        event: str = "document.assigned", facts: dict[str, Any] | None = None, **settings: Any
    ) -> None:
        given = ForwardSettings(to=TO, **settings)
        via = MailServerSettings(host="127.0.0.1", port=controller.port, sender="mailroom@example.com")
        told = message(channel="email", event=event, facts={"dataref": uri} | (facts or {}))
        with ThreadPoolExecutor(1) as executor:
            asyncio.run(ForwardChannel(given, via, Originals(objects), executor).deliver(told))

    return forward


def test_a_document_is_forwarded_with_its_original(server: Server, send: Any) -> None:
    """To all addresses; the very bytes are attached."""
    send()
    (envelope,), (mail,) = server.envelopes, server.mails()
    assert (envelope.mail_from, tuple(envelope.rcpt_tos)) == ("mailroom@example.com", TO)
    assert (mail["subject"], mail["message-id"]) == ("invoice: invoice.txt", "<m1@example.com>")
    assert (mail["x-mailroom-document"], mail["auto-submitted"]) == ("4711", "auto-generated")
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (
        "de650d61f5bd-invoice.txt",
        "text/plain",
    )
    assert attached.get_payload(decode=True) == CONTENT
    body = mail.get_body()
    assert body is not None
    assert body.get_content().splitlines() == [
        "A document for accounts-payable.",
        "",
        "Document: 4711",
        "File: invoice.txt (text/plain, 0.00 MiB)",
        "Label: invoice (93% certain)",
        "Received: 2026-01-01T00:00:00.000000Z",
        "Due: -",
    ]


def test_the_same_message_is_the_same_mail(server: Server, send: Any) -> None:
    """Sent again it has the same id, so that mail systems know it."""
    send()
    send()
    assert [mail["message-id"] for mail in server.mails()] == ["<m1@example.com>"] * 2
    assert len({mail["date"] for mail in server.mails()}) == 1


def test_a_recall_says_where_the_document_is(server: Server, send: Any) -> None:
    """In the same thread, without the original."""
    send()
    send(RECALLED, {"desk": "procurement"})
    assigned, recalled = server.mails()
    assert recalled["subject"] == "Not yours after all: invoice.txt"
    assert recalled["references"] == assigned["references"] == "<de650d61f5bd@example.com>"
    assert list(recalled.iter_attachments()) == []
    assert "is at the desk of procurement now. Please do not act on it." in recalled.get_content()


def test_what_is_too_large_is_only_named(server: Server, send: Any) -> None:
    """Mail servers refuse what is."""
    send(max_attached_bytes=10)
    (mail,) = server.mails()
    assert list(mail.iter_attachments()) == []
    assert "too large for a mail" in mail.get_content()


def test_all_addresses_or_none(server: Server, send: Any) -> None:
    """One that is refused is a failure, and the others do not get the mail twice."""
    server.refused["archive@example.com"] = "450 busy"
    with pytest.raises(NotDelivered, match="refused an address \\(450\\)") as caught:
        send()
    assert (server.envelopes, caught.value.final) == ([], False)


@pytest.mark.parametrize(("answer", "final"), [("552 too large", True), ("451 later", False)])
def test_a_server_may_refuse_for_good_or_for_now(server: Server, send: Any, answer: str, final: bool) -> None:
    """5xx is its last word; its text, which may quote the mail, is not repeated."""
    server.answer = answer
    with pytest.raises(NotDelivered, match="refused the mail") as caught:
        send()
    assert caught.value.final is final
    assert "too large" not in str(caught.value)


@pytest.mark.security
@pytest.mark.parametrize(
    "name", ["a\r\nBcc: thief@example.com", "a\x85Bcc: b", "a\u2028b", "\u202etxt.exe", "x" * 5000]
)
def test_a_file_name_adds_no_header(server: Server, send: Any, name: str) -> None:
    """Nor a line to the text, nor writing from right to left."""
    send(facts={"file_name": name, "id": "1\r\nBcc: thief@example.com"})
    (mail,) = server.mails()
    assert mail["bcc"] is None
    assert tuple(server.envelopes[0].rcpt_tos) == TO
    assert "\u202e" not in mail["subject"]
    body = mail.get_body()
    assert body is not None
    assert len(body.get_content().splitlines()) == 7


@pytest.mark.parametrize(
    "media_type", ["message/rfc822", "multipart/mixed", "nonsense", "text/plain; charset=x"]
)
def test_the_bytes_stay_as_they_are(server: Server, send: Any, media_type: str) -> None:
    """A mail within a mail would be taken apart."""
    send(facts={"media_type": media_type})
    (attached,) = server.mails()[0].iter_attachments()
    assert attached.get_payload(decode=True) == CONTENT


def test_nobody_listens(tmp_path: Path) -> None:
    """It can be tried again."""
    objects, _ = kept(tmp_path)
    via = MailServerSettings(host="127.0.0.1", port=1)
    with ThreadPoolExecutor(1) as executor:
        channel = ForwardChannel(ForwardSettings(to=TO), via, Originals(objects), executor)
        with pytest.raises(NotDelivered, match="cannot be reached") as caught:
            asyncio.run(channel.deliver(message(channel="email")))
    assert caught.value.final is False


@pytest.mark.security
def test_documents_do_not_cross_a_network_in_the_clear(tmp_path: Path) -> None:
    """Unless somebody says that they may."""
    objects, _ = kept(tmp_path)
    with ThreadPoolExecutor(1) as executor, pytest.raises(UsageError, match=r"desks\.mail\.tls"):
        ForwardChannel(
            ForwardSettings(to=TO), MailServerSettings(host="mail.example.com"), Originals(objects), executor
        )


@pytest.mark.parametrize("address", ["nobody", "a@b\nc", "Jö <a@b>", "a b@c", "<a@b>"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """By the settings, before anything is sent."""
    with pytest.raises(ValidationError):
        ForwardSettings(to=(address,))
