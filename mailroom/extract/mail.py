"""Mails: the text of the body under its heading, attachments and nested mails as documents of their own."""

import email
import email.policy
from email.message import Message

from mailroom.extract import text
from mailroom.extract.containers import collected
from mailroom.extract.hostile import refusing
from mailroom.extract.mail_body import text_of
from mailroom.extract.mail_headers import header, heading
from mailroom.extract.mail_structure import contents_of, part_of
from mailroom.extract.results import Extracted, Limits, PartsFound
from mailroom.extract.sniffing import Kind

# The old policy: the new one reads every header that it is asked for by a grammar, which is slow and raises on odd
# ones.
_POLICY = email.policy.compat32.clone(mangle_from_=False)


def parse(data: bytes, kind: Kind, limits: Limits) -> Extracted:
    """The heading (From, To, Cc, Date, Subject, names of attachments) and the body; what came with it as parts.

    Of a body in several forms the plain one is taken, or the HTML where that says much more. A mail whose body says
    nothing and that carries documents is only their container.

    Raises:
        MalformedRecord: `ENCRYPTED`, `OVERSIZED` (parts, or nesting), `NO_TEXT` or `UNPARSABLE`.
    """
    with refusing(kind.media_type):
        return found_in(email.message_from_bytes(data, policy=_POLICY), kind, limits)


def found_in(message: Message, kind: Kind, limits: Limits) -> Extracted:
    """What `parse` finds, in a mail that is taken apart already.

    Raises:
        MalformedRecord: As `parse`; other errors are the `email` package's on odd mails.
    """
    contents = contents_of(message)
    parts = collected(map(part_of, contents.attached), limits)
    body = text_of(contents.body, header(message, "Subject"), limits)
    if parts and not body:
        return PartsFound(kind.media_type, parts)
    head = heading(message, [part.file_name for part in parts])
    return text.found(f"{head}\n\n{body}".strip(), Kind(kind.media_type, None), limits, parts)
