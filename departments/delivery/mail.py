"""Mails that tell a desk of its documents, with the original attached."""

import unicodedata
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from departments.delivery.messages import Message
from departments.delivery.names import safe_name
from departments.store.tables import RECALLED
from mailroom.desk_settings import MIB

MOST_CHARACTERS = 120


def mail_of(
    message: Message, original: bytes | None, sender: str, to: Sequence[str], why_not: str
) -> EmailMessage:
    """The mail of a message; the same each time it is tried, so that mail systems know it again.

    Args:
        message: What is told.
        original: The document's bytes, where they are to be attached.
        sender: Address that it comes from.
        to: Addresses that it goes to.
        why_not: Said in place of an attachment; may be empty.
    """
    facts, domain = message.facts, sender.rpartition("@")[2]
    thread = f"<{safe_name(facts.id, None, '').partition('-')[0]}@{domain}>"
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, ", ".join(to)
    mail["Subject"] = _subject(message)
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["References"] = thread  # what is said of one document stands together
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is to be answered
    mail["X-Mailroom-Document"] = quote(facts.id, safe="")
    mail["X-Mailroom-Event"] = message.event
    mail.set_content(_text(message, why_not))
    if original is not None:
        _attach(mail, message, original)
    return mail


def _subject(message: Message) -> str:
    name = _plain(message.facts.file_name or message.facts.id)
    if message.event == RECALLED:
        return f"Not yours after all: {name}"
    return f"{message.facts.label}: {name}"


def _text(message: Message, why_not: str) -> str:
    facts = message.facts
    if message.event == RECALLED:
        where = "is looked at again" if facts.desk == "review" else f"is at the desk of {facts.desk} now"
        opening = f"This document was sent to {message.desk} and {where}. Please do not act on it."
    else:
        opening = f"A document for {message.desk}."
    lines = [
        opening,
        "",
        f"Document: {_plain(facts.id)}",
        f"File: {_plain(facts.file_name or '-')} ({facts.media_type}, {facts.size / MIB:,.2f} MiB)",
        f"Label: {facts.label}{_certainty(message)}",
        f"Received: {facts.received_at}",
        f"Due: {facts.due_at or '-'}",
    ]
    return "\n".join([*lines, "", why_not] if why_not else lines) + "\n"


def _certainty(message: Message) -> str:
    facts = message.facts
    return f" ({facts.confidence:.0%} certain)" if facts.label == facts.predicted else " (a person decided)"


def _attach(mail: EmailMessage, message: Message, original: bytes) -> None:
    facts = message.facts
    major, _, minor = facts.media_type.partition("/")
    # A mail within a mail would be taken apart and put together anew; the original's bytes are to stay.
    if major not in {"application", "audio", "font", "image", "text", "video"} or not minor.isascii():
        major, minor = "application", "octet-stream"
    name = safe_name(facts.id, facts.file_name, facts.media_type)
    mail.add_attachment(original, maintype=major, subtype=minor, filename=name, cte="base64")


def _plain(text: str) -> str:
    """Foreign text for a header or a line: no line ends, controls, turned writing or halves of characters."""
    kept = (" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join("".join(kept).split())[:MOST_CHARACTERS]
