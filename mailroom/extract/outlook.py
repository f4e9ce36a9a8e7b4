"""Outlook's own mails (.msg, [MS-OXMSG]) by python-oxmsg: turned into the mails that they were, and read as such."""

from collections.abc import Iterator
from email import encoders
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import mail
from mailroom.extract.encodings import decode_as, encodable
from mailroom.extract.hostile import refusing
from mailroom.extract.mail_structure import DECORATION_BYTES
from mailroom.extract.results import Extracted, Limits
from mailroom.extract.sniffing import Kind

# Bytes before the properties of a mail, of a mail within a mail, of an attachment and of a recipient.
_MAIL, _NESTED, _OTHER = 32, 24, 8
_MAX_DEPTH = 10
_NESTED_NAME = "__substg1.0_3701000D"
_TO, _CC = 1, 2


def parse(data: bytes, kind: Kind, limits: Limits) -> Extracted:
    """As `mailroom.extract.mail.parse`: heading and body, attachments and nested mails as parts.

    Raises:
        MalformedRecord: As there.
    """
    from olefile import OleFileIO  # noqa: PLC0415
    from oxmsg.storage import Storage  # noqa: PLC0415

    with refusing(kind.media_type):
        with OleFileIO(data) as opened:
            root = Storage.from_ole(opened)
        return mail.found_in(_mail(root, _MAIL, 0), kind, limits)


def _mail(storage: Any, before: int, depth: int) -> Message:
    from oxmsg.domain import constants as c  # noqa: PLC0415

    if depth > _MAX_DEPTH:
        raise MalformedRecord(Reason.OVERSIZED, "the mail is nested too deeply: send its parts one by one")
    values = _properties(storage, before)
    message = MIMEMultipart()
    for name, value in _headers(storage, values):
        message[name] = _header(value)
    forms = MIMEMultipart("alternative")
    if plain := values.str_prop_value(c.PID_BODY):
        forms.attach(MIMEText(encodable(plain), "plain", "utf-8"))
    if html := _html(values):
        forms.attach(MIMEText(encodable(html), "html", "utf-8"))
    message.attach(forms)
    for attached in storage.iter_attachment_storages():
        for part in _attachment(attached, depth):
            message.attach(part)
    return message


def _header(value: str) -> str:
    value = " ".join(encodable(value).split())
    return value if value.isascii() else Header(value, "utf-8").encode()


def _properties(storage: Any, before: int) -> Any:
    from oxmsg.properties import Properties  # noqa: PLC0415

    return Properties(storage, properties_header_offset=before)


def _headers(storage: Any, values: Any) -> Iterator[tuple[str, str]]:
    from oxmsg.domain import constants as c  # noqa: PLC0415

    address = values.str_prop_value(c.PID_SENDER_SMTP_ADDRESS) or values.str_prop_value(
        c.PID_SENDER_EMAIL_ADDRESS
    )
    yield "From", _person(values.str_prop_value(c.PID_SENDER_NAME), address)
    people = [_properties(each, _OTHER) for each in storage.iter_recipient_storages()]
    for name, kind in (("To", _TO), ("Cc", _CC)):
        shown = [
            _person(person.str_prop_value(c.PID_DISPLAY_NAME), person.str_prop_value(c.PID_SMTP_ADDRESS))
            for person in people
            if person.int_prop_value(c.PID_RECIPIENT_TYPE) == kind
        ]
        if shown:
            yield name, ", ".join(shown)
    if sent := values.date_prop_value(c.PID_CLIENT_SUBMIT_TIME):
        yield "Date", format_datetime(sent)
    yield "Subject", values.str_prop_value(c.PID_SUBJECT) or ""


def _person(name: str | None, address: str | None) -> str:
    # Within an organisation addresses are paths of a directory, which say nothing to anybody.
    known = f"<{address}>" if address and "@" in address else ""
    return " ".join(part for part in (name, known) if part)


def _html(values: Any) -> str:
    from oxmsg.domain import constants as c  # noqa: PLC0415

    data = values.binary_prop_value(c.PID_HTML)
    return decode_as(data, values.body_encoding) if data else values.str_prop_value(c.PID_BODY_HTML) or ""


def _attachment(storage: Any, depth: int) -> Iterator[Message]:
    from oxmsg.domain import constants as c  # noqa: PLC0415

    values = _properties(storage, _OTHER)
    content = values.binary_prop_value(c.PID_ATTACH_DATA_BINARY)
    nested = next((each for each in storage.storages if each.name == _NESTED_NAME), None)
    if nested is not None:
        yield MIMEMessage(_mail(nested, _NESTED, depth + 1))
    elif content is not None and not _is_decoration(values, content):
        yield _file(values, content)


def _is_decoration(values: Any, content: bytes) -> bool:
    from oxmsg.domain import constants as c  # noqa: PLC0415

    shown = values.str_prop_value(c.PID_ATTACH_CONTENT_ID)
    kind = values.str_prop_value(c.PID_ATTACH_MIME_TAG) or ""
    return bool(shown) and kind.startswith("image/") and len(content) < DECORATION_BYTES


def _file(values: Any, content: bytes) -> Message:
    from oxmsg.domain import constants as c  # noqa: PLC0415

    main, _, sub = (values.str_prop_value(c.PID_ATTACH_MIME_TAG) or "").partition("/")
    binary = not sub or main in {"multipart", "message"}
    part = MIMEBase(*(("application", "octet-stream") if binary else (main, sub)))
    part.set_payload(content)
    encoders.encode_base64(part)
    name = values.str_prop_value(c.PID_ATTACH_LONG_FILENAME) or values.str_prop_value(c.PID_ATTACH_FILENAME)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", encodable(name or "")))
    return part
