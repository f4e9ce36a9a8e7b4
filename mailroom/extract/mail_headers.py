"""Headers of mails as people read them: encoded words (RFC 2047), raw bytes and folded lines resolved."""

import re
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from mailroom.extract.containers import plain_name
from mailroom.extract.encodings import decode_as

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_LONGEST_VALUE = 500
_LONGEST_RAW = 4000
_ODD_PARAMETER = (LookupError, ValueError, TypeError, AttributeError)


def heading(message: Message, attachments: Sequence[str | None]) -> str:
    """The headers that say what a mail is about, a line each, as a printed mail has them."""
    values = {name: header(message, name) for name in _SHOWN}
    values["Attachments"] = "; ".join(name for name in attachments if name)[:_LONGEST_VALUE]
    return "\n".join(f"{name}: {value}" for name, value in values.items() if value)


def header(message: Message, name: str) -> str:
    """The first header of a name on one line, cut after 500 characters; empty where there is none."""
    wanted = name.lower()
    raw = next((value for key, value in message.raw_items() if key.lower() == wanted), "")
    return " ".join(readable(str(raw)).split())[:_LONGEST_VALUE]


def readable(value: str) -> str:
    """A header's value with encoded words decoded, raw bytes beyond ASCII as what they most likely are."""
    value = value[:_LONGEST_RAW]
    if not value.isascii():
        value = decode_as(value.encode("utf-8", "surrogateescape"), None)
    if "=?" not in value:
        return value
    try:
        chunks = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    words = (
        chunk if isinstance(chunk, str) else decode_as(chunk, charset or None) for chunk, charset in chunks
    )
    return "".join(words) or value


def file_name(message: Message) -> str | None:
    """The name of an attachment, without folders; None where it has none that can be read."""
    try:
        given = message.get_filename()
    except _ODD_PARAMETER:
        return None
    return None if given is None else plain_name(readable(given))


def mail_name(message: Message) -> str | None:
    """A name for a mail that has none: its subject."""
    subject = re.sub(r"[/\\]", "-", header(message, "Subject"))[:100].strip()
    return plain_name(f"{subject}.eml") if subject else None
