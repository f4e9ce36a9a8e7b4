"""`mailroom receive smtp`: mails by the standard library's client, and by clients that mean no good."""

import json
import signal
import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.integration.ingest.conftest import CommandLine, read, wait_for
from tests.servers.dovecot import HOST, mail

pytestmark = pytest.mark.kafka

MIB = 1024 * 1024


class Door:
    """The real verb as a process of its own."""

    def __init__(self, line: CommandLine, **settings: object) -> None:
        self.line = line
        (line.home / "mailroom.yaml").write_text(json.dumps({"smtp": {"port": 0, **settings}}))
        ready = line.home / "ready"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            line.command("receive", "smtp", "--json"),
            env=line.environment() | {"MAILROOM_READY": str(ready)},
            cwd=line.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for(ready.exists, "the door listens")
        self.port = int(json.loads(ready.read_text())["port"])

    def client(self) -> smtplib.SMTP:
        """A client that has said hello, as soon as the door has seen that earlier ones are gone."""
        deadline = time.monotonic() + 30
        while True:
            try:
                client = smtplib.SMTP(HOST, self.port, timeout=30)
            except smtplib.SMTPConnectError:
                if time.monotonic() > deadline:
                    raise
            else:
                client.ehlo()
                return client

    def send(self, content: bytes, to: str = "mailroom@example.org") -> None:
        """Send a mail as any program does."""
        with self.client() as client:
            client.sendmail("scanner@example.org", [to], content)

    def talk(self, *lines: bytes) -> bytes:
        """Say some lines, each after the answer to the one before; all that was answered until the end."""
        deadline = time.monotonic() + 30
        while (told := self._talk(lines)).startswith(b"421 4.3.2 too many") and time.monotonic() < deadline:
            pass
        return told

    def _talk(self, lines: Sequence[bytes]) -> bytes:
        with (
            socket.create_connection((HOST, self.port), timeout=30) as connection,
            connection.makefile("rb") as answers,
        ):
            told = answer(answers)
            with suppress(ConnectionError):
                for line in lines:
                    connection.sendall(line + b"\r\n")
                    told += answer(answers)
        return told

    def arrived(self, word: bytes) -> list[bytes | None]:
        """The values of records that hold a word."""
        return [record.value for record in read(self.line, lambda record: word in (record.value or b""))]

    def stop(self) -> dict[str, object]:
        """Ask for an end; what it says of its run."""
        self.process.send_signal(signal.SIGTERM)
        told, self.said = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, self.said
        result: dict[str, object] = json.loads(told)
        return result


def answer(answers: BinaryIO) -> bytes:
    """A whole answer: its last line has a blank behind the number."""
    told = b""
    while line := answers.readline():
        told += line
        if line[3:4] == b" ":
            break
    return told


Opened = Callable[..., Door]


@pytest.fixture
def opened(line: CommandLine) -> Iterator[Opened]:
    """Opens a door, which is closed at the end."""
    doors: list[Door] = []

    def start(**settings: object) -> Door:
        doors.append(Door(line, **settings))
        return doors[-1]

    yield start
    for door in doors:
        if door.process.poll() is None:
            door.stop()


@contextmanager
def refused(code: int) -> Iterator[None]:
    """The server says no, with this number."""
    with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)) as caught:
        yield
    error = caught.value
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        assert {number for number, _ in error.recipients.values()} == {code}
    elif isinstance(error, smtplib.SMTPResponseException):
        assert error.smtp_code == code


def test_a_mail_is_accepted_once_the_log_has_it(opened: Opened, unique: str) -> None:
    """It arrives whole; sent again, as by a client that heard no answer, it has the same id."""
    door = opened(recipients=["mailroom@example.org"])
    sent = mail(1, unique)
    door.send(sent)
    door.send(sent)
    with refused(550):
        door.send(sent, to="somebody@example.org")
    records = read(door.line, lambda record: unique.encode() in (record.value or b""))
    assert [record.value for record in records] == [sent, sent]
    assert len({record.header("ce_id") for record in records}) == 1
    assert records[0].header("content-type") == b"message/rfc822"
    assert door.stop()["count"] == 2


def begin(client: smtplib.SMTP, size: int) -> None:
    """The beginning of a mail whose only line does not end."""
    client.mail("a@example.org")
    client.rcpt("b@example.org")
    client.docmd("DATA")
    client.send(b"x" * size)


def endless(door: Door, size: int) -> None:
    """Such a mail, and an answer is waited for."""
    with door.client() as client:
        begin(client, size)
        client.getreply()


@pytest.mark.security
def test_smuggled_mails_stay_inside_theirs(opened: Opened, unique: str) -> None:
    """Ends of data that are none, as other servers take them, end nothing: one mail in, one document."""
    door = opened()
    ends = (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r")
    smuggled = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nSubject: smuggled\r\n\r\nx"
    body = b"".join(end + smuggled for end in ends)
    told = door.talk(
        b"EHLO x", b"MAIL FROM:<a@example.org>", b"RCPT TO:<b@example.org>", b"DATA",
        b"Subject: " + unique.encode() + b"\r\n\r\n" + body + b"\r\n.", b"QUIT",
    )  # fmt: skip
    assert told.count(b"250 OK") == 3
    (value,) = door.arrived(unique.encode())
    assert (value or b"").count(b"Subject: smuggled") == 5


@pytest.mark.security
def test_what_is_too_much_is_refused_and_the_door_goes_on(opened: Opened, unique: str) -> None:
    """A mail above the limit, one that never ends its line, recipients, commands, bad lines, connections."""
    door = opened(
        max_mail_bytes=MIB, max_recipients=2, max_mails_bytes=3 * MIB // 2, max_commands=5, max_connections=2
    )
    large = mail(1, unique) + b"0123456789abcde\r\n" * 70_000
    with refused(552):
        door.send(large)
    with pytest.raises((ConnectionError, smtplib.SMTPServerDisconnected)):
        endless(door, 100 * MIB)
    with door.client() as client:
        client.mail("a@example.org")
        answers = [client.rcpt(f"{number}@example.org")[0] for number in range(3)]
        assert answers == [250, 250, 452]
    flood = door.talk(*[b"NOOP"] * 20)
    assert flood.count(b"250 OK") == 5
    assert b"421 " in flood
    assert b"500 " in door.talk(b"X" * 2_000)
    first = door.client()
    begin(first, 900 * 1024)
    door.talk(b"NOOP", b"NOOP", b"NOOP", b"NOOP")  # by then the door has read what the first one sent
    with pytest.raises((ConnectionError, smtplib.SMTPServerDisconnected)):
        endless(door, 900 * 1024)
    first.close()
    with door.client(), door.client(), socket.create_connection((HOST, door.port), timeout=30) as third:
        assert third.recv(100).startswith(b"421 4.3.2 too many connections")
    door.send(mail(2, unique))
    assert len(door.arrived(unique.encode())) == 1
    door.stop()
    assert b"Traceback" not in door.said


@pytest.mark.security
def test_other_machines_must_log_in_by_tls(
    opened: Opened, line: CommandLine, certificate: Path, unique: str
) -> None:
    """Without user and certificate the door does not listen beyond loopback; with them it asks for both."""
    status, _, said = line.inside("receive", "smtp", "--host", "0.0.0.0")  # noqa: S104 - refused
    assert (status, "without asking who they are" in said) == (2, True)
    door = opened(user="scanner", password="right", certificate=str(certificate))  # noqa: S106 - of a test
    with refused(530):
        door.send(mail(1, unique))
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    with door.client() as client:
        client.starttls(context=context)
        with refused(535):
            client.login("scanner", "wrong")
        client.login("scanner", "right")
        client.sendmail("scanner@example.org", ["mailroom@example.org"], mail(2, unique))
    assert len(door.arrived(unique.encode())) == 1
