"""E-mail forward: each document of a desk to its addresses, all of them or none."""

import asyncio
import smtplib
import ssl
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import closing, contextmanager, suppress

from departments.delivery.errors import NotDelivered
from departments.delivery.mail import mail_of
from departments.delivery.messages import Message
from departments.delivery.originals import Originals
from departments.delivery.trust import trusting
from departments.store.tables import RECALLED
from mailroom.access.guarding import is_loopback
from mailroom.contracts.errors import UsageError
from mailroom.desk_settings import ForwardSettings, MailServerSettings

OTHER_ANSWERS = 8
"""Of a mail server, besides one for each address: greeting, EHLO twice, STARTTLS, login, MAIL, DATA twice."""
ACCEPTED, PERMANENT = range(200, 300), 500


class ForwardChannel:
    """Mails one desk's documents.

    Args:
        forward: The desk's addresses.
        server: Sends the mails.
        originals: The documents' bytes.
        executor: Does the talking.

    Raises:
        UsageError: The bundle of certificates cannot be read, or documents would go over the network in the clear, and
            nobody has said that they may.
    """

    def __init__(
        self, forward: ForwardSettings, server: MailServerSettings, originals: Originals, executor: Executor
    ) -> None:
        if server.tls == "none" and not (server.allow_plaintext or is_loopback(server.host)):
            raise UsageError(
                f"documents would go to {server.host} in the clear: set desks.mail.tls to starttls or implicit, or "
                "desks.mail.allow_plaintext where your own network guards them"
            )
        self._trust = trusting(server.ca_bundle)
        self._forward = forward
        self._server = server
        self._originals = originals
        self._executor = executor

    @property
    def longest_seconds(self) -> float:
        """What a try may take."""
        answers = OTHER_ANSWERS + len(self._forward.to)
        return answers * self._server.timeout_seconds

    async def deliver(self, message: Message) -> None:
        """Send the mail of a message.

        Raises:
            NotDelivered: The server is not reached, or does not take it for every address.
        """
        await asyncio.get_running_loop().run_in_executor(self._executor, self._deliver, message)

    def _deliver(self, message: Message) -> None:
        original, why_not = self._attachment(message)
        mail = mail_of(message, original, self._server.sender, self._forward.to, why_not)
        with _translated(), self._connected() as smtp:
            self._send(smtp, mail.as_bytes())

    def _attachment(self, message: Message) -> tuple[bytes | None, str]:
        facts = message.facts
        if message.event == RECALLED or not self._forward.attach_original:
            return None, ""
        if facts.size > self._forward.max_attached_bytes:
            return None, "The original is too large for a mail; look it up by its id."
        original = self._originals.read(facts)
        return original, "" if original is not None else "The original was not kept."

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        context = self._trust
        smtp: smtplib.SMTP
        if server.tls == "implicit":
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_seconds, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        with closing(smtp):
            if server.tls == "starttls":
                smtp.starttls(context=context)
            if server.user is not None and server.password is not None:
                smtp.login(server.user, server.password.get_secret_value())
            yield smtp
            with suppress(smtplib.SMTPException, OSError):  # the mail is theirs by now
                smtp.quit()

    def _send(self, smtp: smtplib.SMTP, content: bytes) -> None:
        """By hand, since `sendmail` is content where one of several addresses was refused."""
        smtp.ehlo_or_helo_if_needed()
        self._accepted(smtp.mail(self._server.sender), "the sender")
        for address in self._forward.to:
            self._accepted(smtp.rcpt(address), "an address")
        self._accepted(smtp.data(content), "the mail")

    def _accepted(self, answer: tuple[int, bytes], what: str) -> None:
        status = answer[0]
        if status not in ACCEPTED:
            raise NotDelivered(
                f"the mail server refused {what} ({status}): look at desks.mail and the desk's addresses",
                final=status >= PERMANENT,
            )


@contextmanager
def _translated() -> Iterator[None]:
    """Servers' texts stay out: they may quote addresses."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise NotDelivered("the mail server refused user or password: look at desks.mail") from error
    except smtplib.SMTPDataError as error:
        final = error.smtp_code >= PERMANENT
        raise NotDelivered(f"the mail server refused the mail ({error.smtp_code})", final=final) from error
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"the mail server answered {error.smtp_code}: look at desks.mail") from error
    except ssl.SSLCertVerificationError as error:
        raise NotDelivered(
            "the mail server's certificate is not trusted: set desks.mail.ca_bundle"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise NotDelivered(f"the mail server cannot be reached ({reason}): look at desks.mail") from error
