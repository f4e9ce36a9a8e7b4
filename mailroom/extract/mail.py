"""Mails: the text of the body under its heading, attachments and nested mails as documents of their own."""

import email
import email.policy

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
        message = email.message_from_bytes(data, policy=_POLICY)
        contents = contents_of(message)
        parts = collected(map(part_of, contents.attached), limits)
        body = text_of(contents.body, header(message, "Subject"), limits)
        head = heading(message, [part.file_name for part in parts])
    if parts and not body:
        return PartsFound(kind.media_type, parts)
    return text.found(f"{head}\n\n{body}".strip(), Kind(kind.media_type, None), limits, parts)
