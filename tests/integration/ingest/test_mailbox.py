"""`mailroom receive mailbox`, from a real Dovecot into a real broker."""

import json
import signal
import subprocess
from collections.abc import Iterator

import pytest

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.streams.kafka import KafkaReader
from tests.integration.ingest.conftest import CommandLine, wait_for
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
        return self.line.answer("receive", "mailbox", "--once")

    def start(self) -> subprocess.Popen[bytes]:
        """Receive until told to stop; returns once every mailbox was reached."""
        ready = self.line.home / "ready"
        ready.unlink(missing_ok=True)
        process = subprocess.Popen(
            self.line.command("receive", "mailbox", "--json"),
            env=self.environment(),
            cwd=self.line.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        wait_for(ready.exists, "the door is ready")
        return process


def stop(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """Ask for an end, and read what the door says of its run."""
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    answer: dict[str, object] = json.loads(told)
    return answer


def arrived(line: CommandLine, subject: str) -> list[Record]:
    """The mails with this word in their subject; other tests write to the topic too."""
    reader = KafkaReader(line.kafka, [Topic.RAW])
    found: list[Record] = []
    while not reader.caught_up():
        found += (record for record in reader.poll(500, 0.2) if subject.encode() in (record.value or b""))
    reader.close()
    return found


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
