"""`mailroom receive mailbox`, from a real Dovecot into a real broker."""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from mailroom.contracts.records import Record
from mailroom.objects import ObjectStore
from tests.conftest import Until
from tests.integration.ingest.conftest import CommandLine, read, wait_for
from tests.servers.dovecot import HOST, Dovecot, mail

pytestmark = pytest.mark.kafka

KILLED = -signal.SIGKILL


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """A mail server that can all that Dovecot can."""
    with Dovecot() as running:
        yield running


class Door:
    """The real verb as a process of its own, its mailboxes in a settings file."""

    def __init__(self, line: CommandLine, server: Dovecot, **accounts: dict[str, object]) -> None:
        self.line = line
        common = {"host": HOST, "port": server.port, "tls": "none", "password": server.password}
        settings = {"mailbox": {"accounts": {name: common | more for name, more in accounts.items()}}}
        (line.home / "mailroom.yaml").write_text(json.dumps(settings))

    def environment(self) -> dict[str, str]:
        """As the command line's, and a file that tells when all mailboxes were reached."""
        return self.line.environment() | {"MAILROOM_READY": str(self.line.home / "ready")}

    def once(self) -> dict[str, object]:
        """Receive what is there."""
        status, results, said = self.line.inside("receive", "mailbox", "--once", "--json")
        assert status == 0, said
        answer: dict[str, object] = json.loads(results)
        return answer

    def start(self) -> subprocess.Popen[bytes]:
        """Receive until told to stop; returns once every mailbox was reached."""
        ready = self.line.home / "ready"
        ready.unlink(missing_ok=True)
        log = self.line.home / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                self.line.command("receive", "mailbox", "--json"),
                env=self.environment(),
                cwd=self.line.home,
                stdout=subprocess.PIPE,
                stderr=said,
            )
        wait_for(lambda: ready.exists() or process.poll() is not None, "the door is ready")
        assert process.poll() is None, log.read_text()
        return process


def stop(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """Ask for an end, and read what the door says of its run."""
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    answer: dict[str, object] = json.loads(told)
    return answer


def arrived(line: CommandLine, subject: str) -> list[Record]:
    """The mails with this word in their subject."""
    return read(line, lambda record: subject.encode() in (record.value or b""))


def sources(records: list[Record]) -> Counter[bytes | None]:
    """How many came from each source."""
    return Counter(record.header("ce_source") for record in records)


def ids(records: list[Record]) -> Counter[bytes | None]:
    """How often each id came."""
    return Counter(record.header("ce_id") for record in records)


def test_a_mail_arrives_whole_and_moves(line: CommandLine, server: Dovecot, unique: str) -> None:
    """Its bytes as the server has them, as message/rfc822, under an id; the mailbox is empty afterwards."""
    sent = mail(1, unique)
    server.deliver(unique, sent)
    answer = Door(line, server, sales={"user": unique}).once()
    (record,) = arrived(line, unique)
    assert record.value == sent
    assert record.header("content-type") == b"message/rfc822"
    assert record.header("ce_source") == b"/mailroom/mailbox/sales"
    assert answer["count"] == 1
    assert (server.count(unique), server.count(unique, "Mailroom-Done")) == (0, 1)


def test_a_flagged_mail_stays_and_is_received_once(line: CommandLine, server: Dovecot, unique: str) -> None:
    """Where mails must stay, a keyword tells which were received."""
    server.deliver(unique, mail(1, unique), mail(2, unique))
    door = Door(line, server, sales={"user": unique, "processed": "flag"})
    assert [door.once()["count"], door.once()["count"]] == [2, 0]
    assert server.count(unique, criteria="KEYWORD $MailroomDone") == 2
    assert len(arrived(line, unique)) == 2


def test_several_accounts_at_once_by_idle(
    line: CommandLine, server: Dovecot, unique: str, until: Until
) -> None:
    """Two accounts and a folder besides INBOX: a mail that comes while the door waits is received at once."""
    users = [f"{unique}-a", f"{unique}-b"]
    server.deliver(users[1], mail(0, unique), folder="Scans")
    door = Door(line, server, one={"user": users[0]}, two={"user": users[1], "folders": ["INBOX", "Scans"]})
    process = door.start()
    for number, user in enumerate(users):
        server.deliver(user, mail(number + 1, unique))
    assert until(lambda: sum(server.count(user, "Mailroom-Done") for user in users) == 3)
    assert stop(process)["count"] == 3
    assert sources(arrived(line, unique)) == {
        b"/mailroom/mailbox/one": 1,
        b"/mailroom/mailbox/two": 2,
    }


def test_a_server_without_extensions_is_polled(line: CommandLine, unique: str, until: Until) -> None:
    """No IDLE, no MOVE, no UIDPLUS: looked at in intervals, copied and marked as deleted, received once."""
    with Dovecot(capability="IMAP4rev1") as plain:
        door = Door(line, plain, plain={"user": unique, "poll_seconds": 0.1})
        process = door.start()
        plain.deliver(unique, mail(1, unique))
        assert until(lambda: plain.count(unique, criteria="DELETED") == 1)
        plain.deliver(unique, mail(2, unique))
        assert until(lambda: plain.count(unique, criteria="DELETED") == 2)
        assert (stop(process)["count"], plain.count(unique, "Mailroom-Done")) == (2, 2)
    assert len(arrived(line, unique)) == 2


def test_a_large_mail_travels_by_reference(line: CommandLine, server: Dovecot, unique: str) -> None:
    """It is fetched in pieces, kept whole in the object store, and the record leads there."""
    large = mail(1, unique) + b"0123456789abcde\r\n" * 200_000
    server.deliver(unique, large)
    Door(line, server, sales={"user": unique}).once()
    home = str(line.home).encode()
    (record,) = read(line, lambda record: home in (record.header("ce_dataref") or b""))
    store = ObjectStore(f"file://{line.home}/objects")
    assert store.get((record.header("ce_dataref") or b"").decode()) == large


def test_the_server_goes_away_and_comes_back(
    line: CommandLine, server: Dovecot, unique: str, until: Until
) -> None:
    """The door waits it out and receives what came meanwhile, each once."""
    process = Door(line, server, sales={"user": unique}).start()
    for number in range(1, 3):
        server.deliver(unique, mail(number, unique))
        assert until(lambda number=number: server.count(unique, "Mailroom-Done") == number)  # type: ignore[misc]
        server.stop()
        server.start()
    assert stop(process)["count"] == 2
    assert set(ids(arrived(line, unique)).values()) == {1}


# The real command, with a kill -9 of its own process between the log's acknowledgement and the move.
DYING = """
import os, signal, sys
from ingest.mailbox import folder
folder.MailFolder.settle = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from cli.main import main
main(sys.argv[1:])
"""


def test_a_kill_between_sending_and_moving_repeats_the_id(
    line: CommandLine, server: Dovecot, unique: str
) -> None:
    """The successor sends the same mails under the same ids, of which the stream takes the first."""
    server.deliver(unique, *(mail(number, unique) for number in range(10)))
    door = Door(line, server, sales={"user": unique})
    command = [sys.executable, "-c", DYING, *line.command("receive", "mailbox", "--once")[3:]]
    died = subprocess.run(command, env=door.environment(), cwd=line.home, timeout=60, check=False)
    assert (died.returncode, server.count(unique)) == (KILLED, 10)
    assert door.once()["count"] == 10
    assert list(ids(arrived(line, unique)).values()) == [2] * 10


def test_a_wrong_password_ends_the_start(line: CommandLine, server: Dovecot, unique: str) -> None:
    """One line that says what to look at, with neither user nor password in it."""
    Door(line, server, sales={"user": unique, "password": "guessed"})
    status, _, said = line.inside("receive", "mailbox")
    assert status == 1
    assert said.splitlines()[-1].startswith(
        "mailroom: mailbox sales: the server refuses the login ([AUTHENTICATIONFAILED]"
    )
    assert unique not in said
    assert "guessed" not in said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"done_folder": "a..b"}, "the server makes no folder a..b: name folders that it allows"),
        ({"folders": ["Nowhere"]}, "sales/Nowhere: there is no such folder"),
    ],
)
def test_a_folder_that_cannot_be_is_told(
    line: CommandLine, server: Dovecot, unique: str, more: dict[str, object], said: str
) -> None:
    """At the start, with what to name instead."""
    Door(line, server, sales={"user": unique, **more})
    status, _, told = line.inside("receive", "mailbox")
    assert (status, said in told) == (1, True), told


def test_a_token_in_the_place_of_a_password(line: CommandLine, server: Dovecot, unique: str) -> None:
    """XOAUTH2, with the token that a file holds at that moment; one that the server refuses ends the start."""
    server.deliver(unique, mail(1, unique))
    token = line.home / "token"
    door = Door(line, server, sales={"user": unique, "password": None, "token_path": str(token)})
    token.write_text("expired")
    status, _, said = line.inside("receive", "mailbox", "--once")
    assert (status, "the server refuses the login" in said) == (1, True)
    token.write_text(server.token(unique))
    assert door.once()["count"] == 1


@pytest.mark.security
def test_mail_headers_stay_in_the_mail(line: CommandLine, server: Dovecot, unique: str) -> None:
    """Ten thousand headers, folded ones, and ones that look like ours reach no header of the record."""
    forged = "".join(f"X-{number}: {number}\r\n" for number in range(10_000)).encode()
    hostile = (
        b"ce_id: forged\r\nce_dataref: file:///etc/passwd\r\nSubject: a\r\n\tce_id: folded\r\n"
        + forged
        + mail(1, unique)
    )
    server.deliver(unique, hostile)
    Door(line, server, sales={"user": unique}).once()
    (record,) = arrived(line, unique)
    assert record.value == hostile
    assert sorted(name for name, _ in record.headers) == [
        "ce_id", "ce_source", "ce_specversion", "ce_time", "ce_type", "content-type", "traceparent",
    ]  # fmt: skip
    assert UUID((record.header("ce_id") or b"").decode()).version == 5


def test_tls_is_trusted_only_by_name_of_the_signer(line: CommandLine, certificate: Path, unique: str) -> None:
    """STARTTLS and implicit TLS work with the signer's certificate, and neither without."""
    with Dovecot(certificate=certificate) as private:
        private.deliver(unique, mail(1, unique), mail(2, unique))
        for number, (tls, port) in enumerate(
            {"starttls": private.port, "implicit": private.tls_port}.items()
        ):
            account = {"user": unique, "tls": tls, "port": port, "host": "localhost"}
            Door(line, private, private=account)
            status, _, said = line.inside("receive", "mailbox", "--once")
            assert (status, "is not to be trusted" in said) == (1, True)
            private.deliver(unique, mail(number, unique))
            Door(line, private, private=account | {"ca_bundle": str(certificate)}).once()
        assert private.count(unique, "Mailroom-Done") == 4


@pytest.mark.security
def test_a_password_is_not_sent_in_the_clear(line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TLS, to another machine: refused before anything is sent."""
    monkeypatch.setenv("MAILROOM_MAILBOX__PASSWORD", "x")
    status, _, said = line.inside(
        "receive", "mailbox", "--host", "203.0.113.7", "--user", "u", "--tls", "none"
    )
    assert status == 2
    assert "without TLS anyone on the way reads password and mails" in said
