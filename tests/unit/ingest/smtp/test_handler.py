"""What a mail's sender is answered, and who may listen where."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from ingest.content import Intake
from ingest.receiving.handover import Handover
from ingest.smtp.handler import LATER, MailHandler, arrived
from ingest.smtp.serving import check
from ingest.smtp.session import Connections
from ingest.tally import Tally
from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.door_settings import SmtpSettings
from mailroom.settings import AccessSettings, Settings
from mailroom.streams.base import Acknowledged
from mailroom.streams.clock import FakeClock
from mailroom.streams.errors import DeliveryFailed, LogUnavailable, RecordRefused
from mailroom.streams.memory import MemoryLog, MemorySink


@dataclass
class Log(MemorySink):
    """A log with troubles, each raised once."""

    troubles: list[Exception] = field(default_factory=list)

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Append, or fail."""
        if self.troubles:
            raise self.troubles.pop(0)
        super().send(record, acknowledged)


@dataclass
class Envelope:
    """As the library has it."""

    mail_from: str = "a@example.org"
    rcpt_tos: list[str] = field(default_factory=lambda: ["b@example.org"])
    content: bytes = b"Subject: x\r\n\r\ny\r\n"


class World:
    """A handler over a log in memory."""

    def __init__(self, intake: Intake, *troubles: Exception, **settings: Any) -> None:
        self.log = Log(MemoryLog(FakeClock()), list(troubles))
        handover = Handover(lambda: self.log, intake, FakeClock(), "/test")
        self.handler = MailHandler(SmtpSettings(**settings), handover, Tally(quiet=True))

    def mail(self) -> str:
        """Bring a mail; the answer."""
        return asyncio.run(self.handler.handle_DATA(None, None, Envelope()))

    def ids(self) -> list[bytes | None]:
        """What the log has."""
        return [record.key for record in self.log.log.topics[Topic.RAW]]


@pytest.mark.parametrize("trouble", [DeliveryFailed("away"), LogUnavailable("away")])
def test_an_outage_puts_the_mail_off(trouble: Exception, intake: Intake) -> None:
    """The sender keeps it and tries again; then it is accepted, once."""
    world = World(intake, trouble)
    assert [world.mail(), world.mail()] == [LATER, "250 OK"]
    assert len(world.ids()) == 1


def test_what_the_log_never_takes_is_refused(intake: Intake) -> None:
    """For good, so that its sender is told."""
    world = World(intake, RecordRefused("too large"))
    assert world.mail() == "554 5.6.0 the mail cannot be taken"
    assert world.ids() == []


def test_the_same_mail_has_the_same_id() -> None:
    """Another envelope or content is another mail; the order of recipients is no matter."""
    one = arrived("a", ["b", "c"], b"x").id
    assert arrived("a", ["c", "b"], b"x").id == one
    others = [arrived("a", ["b"], b"x"), arrived("b", ["b", "c"], b"x"), arrived("a", ["b", "c"], b"y")]
    assert one not in [item.id for item in others]


def test_recipients_are_those_of_the_settings(intake: Intake) -> None:
    """In any case of letters, and no more than may be."""
    world = World(intake, recipients=("Scans@example.org",), max_recipients=1)
    envelope = Envelope(rcpt_tos=[])

    def answer(address: str) -> str:
        return asyncio.run(world.handler.handle_RCPT(None, None, envelope, address, []))[:3]

    assert [answer("x@example.org"), answer("scans@EXAMPLE.org"), answer("scans@example.org")] == [
        "550", "250", "452",
    ]  # fmt: skip


@pytest.mark.security
@pytest.mark.parametrize(
    ("smtp", "open_", "said"),
    [
        ({"host": "0.0.0.0"}, False, "without asking who they are"),  # noqa: S104 - refused
        ({"host": "0.0.0.0"}, True, None),  # noqa: S104
        ({"host": "127.0.0.1"}, False, None),
        ({"user": "u"}, False, "belong together"),
        ({"user": "u", "password": SecretStr("p")}, False, "need TLS"),
    ],
)
def test_nobody_is_let_in_unasked(smtp: dict[str, Any], open_: bool, said: str | None) -> None:
    """Other machines log in by TLS, or the network is said to guard the door."""
    settings = Settings(access=AccessSettings(open=open_))
    if said is None:
        check(SmtpSettings(**smtp), settings)
        return
    with pytest.raises(UsageError, match=said):
        check(SmtpSettings(**smtp), settings)


@dataclass(eq=False)
class Held:
    """A session that holds so much."""

    held: int


@pytest.mark.security
def test_all_sessions_together_hold_no_more_than_they_may() -> None:
    """However few bytes each holds."""
    connections = Connections(limit=3, most_bytes=10)
    sessions: list[Any] = [Held(5), Held(5)]
    connections.open.update(sessions)
    assert (connections.overflow(), connections.full()) == (False, False)
    connections.open.add(Held(1))  # type: ignore[arg-type]
    assert (connections.overflow(), connections.full()) == (True, True)
