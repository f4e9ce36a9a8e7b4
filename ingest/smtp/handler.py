"""What becomes of a mail: it is accepted once the log has it, and not before."""

import asyncio
import io
import json
import threading
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import structlog

from ingest.documents import Outcome, Sent
from ingest.receiving.handover import Arrival, Handover
from ingest.receiving.identity import door_id
from ingest.receiving.patience import OUTAGES
from ingest.tally import Tally
from mailroom.door_settings import SmtpSettings

MEDIA_TYPE = "message/rfc822"
LATER = "451 4.3.0 the mail could not be kept just now, try again later"
ACCEPTED = "250 OK"


@dataclass(slots=True)
class MailHandler:
    """The hooks that the library calls.

    Attributes:
        settings: The limits.
        handover: Where mails go; one at a time.
        tally: Is told what became of each.
    """

    settings: SmtpSettings
    handover: Handover
    tally: Tally
    _working: int = 0
    _rest: asyncio.Event = field(default_factory=asyncio.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, if it is one of ours."""
        if len(envelope.rcpt_tos) >= self.settings.max_recipients:
            return "452 4.5.3 too many recipients"
        known = {item.lower() for item in self.settings.recipients}
        if known and address.lower() not in known:
            return "550 5.1.1 nobody here has that address"
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Send a mail to the log, and answer when that has it.

        A client that does not hear the answer sends the mail again: the same bytes, and so the same id.
        """
        arrival = arrived(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        self._working += 1
        try:
            outcome = await asyncio.to_thread(self._deliver, arrival)
        except OUTAGES as error:
            structlog.get_logger().warning("a mail was put off", exception=type(error).__name__)
            return LATER
        finally:
            self._working -= 1
            if not self._working:
                self._rest.set()
        self.tally(outcome)
        return ACCEPTED if isinstance(outcome, Sent) else "554 5.6.0 the mail cannot be taken"

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is none of the mail's."""
        structlog.get_logger().error("a session failed", exc_info=error)
        return LATER

    async def idle(self, seconds: float) -> None:
        """Wait until no mail is under way, at most so long."""
        if self._working:
            self._rest.clear()
            await asyncio.wait([asyncio.ensure_future(self._rest.wait())], timeout=seconds)

    def _deliver(self, arrival: Arrival) -> Outcome:
        with self._lock:
            (outcome,) = self.handover.deliver([arrival])
        return outcome


def arrived(sender: str | None, recipients: list[str], content: bytes) -> Arrival:
    """A mail as what arrives; the same envelope and bytes have the same id."""
    envelope = sha256(json.dumps([sender, sorted(recipients)]).encode()).hexdigest()
    identifier = door_id("smtp", envelope, sha256(content).hexdigest())
    return Arrival(
        identifier, f"mail {identifier}", lambda: closing(io.BytesIO(content)), media_type=MEDIA_TYPE
    )
