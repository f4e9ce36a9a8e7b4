"""What a mail consists of: its body, in one form or several, and what is attached to it (RFC 2045, 2046, 2183)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.mail_headers import file_name, mail_name
from mailroom.extract.results import Part

MAX_DEPTH = 40
"""Multiparts within multiparts; mail programs make five."""
DECORATION_BYTES = 16 * 1024
"""Images that a body shows within itself are logos and smileys below this size, and photographs above it."""

_MAIL = "message/rfc822"
_MEDIA_TYPE = re.compile(r"[a-z0-9][\w.+-]{0,60}/[a-z0-9][\w.+-]{0,100}", re.ASCII)
_MAILS = frozenset({_MAIL, "message/global"})
_BODY = frozenset({"text/plain", "text/html", "text/enriched"})
# Signatures, and what a report says to programs beside the text that says it to people.
_NO_DOCUMENTS = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
    | {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"}
)
_ENCRYPTED_MAIL = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of the body in the forms that it comes in; either may be missing."""

    plain: tuple[Message, ...] = ()
    html: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """The body, stretch by stretch, and the attachments, both in the mail's order."""

    body: tuple[Block, ...] = ()
    attached: tuple[Message, ...] = ()


def contents_of(message: Message, depth: int = 0, within: str = "") -> Contents:
    """Sort a mail's leaves.

    Args:
        message: The mail, or a part of it.
        depth: How many multiparts it is in.
        within: Media type of the one that it is in.

    Raises:
        MalformedRecord: It is encrypted (`ENCRYPTED`), or nested beyond `MAX_DEPTH` (`OVERSIZED`).
    """
    kind = message.get_content_type()
    _require_readable(message, kind, depth)
    if kind in _NO_DOCUMENTS:
        return Contents()
    if kind.startswith("multipart/") and message.is_multipart():
        return _multipart(message, kind, depth)
    if _is_body(message, kind):
        return Contents(body=(Block(html=(message,)) if kind == "text/html" else Block(plain=(message,)),))
    if (within, kind) == ("multipart/alternative", "text/calendar") or _is_decoration(message, kind, within):
        return Contents()
    return Contents(attached=(message,))


def part_of(message: Message) -> Part:
    """An attachment as a document."""
    kind = message.get_content_type()
    if kind in _MAILS or message.is_multipart():
        return _nested(message)
    return Part(content_of(message), file_name(message), _declared(kind))


def _declared(kind: str) -> str | None:
    """A media type that says something and is spelt as one: it becomes a header of the part's record."""
    return kind if kind != "application/octet-stream" and _MEDIA_TYPE.fullmatch(kind) else None


def content_of(message: Message) -> bytes:
    """The decoded bytes of a leaf."""
    content = message.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _require_readable(message: Message, kind: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MalformedRecord(Reason.OVERSIZED, "the mail is nested too deeply: send its parts one by one")
    enveloped = kind in _ENCRYPTED_MAIL and message.get_param("smime-type") == "enveloped-data"
    if kind == "multipart/encrypted" or enveloped:
        raise MalformedRecord(Reason.ENCRYPTED, "the mail is encrypted: send it in the clear")


def _multipart(message: Message, kind: str, depth: int) -> Contents:
    children = [contents_of(child, depth + 1, kind) for child in _children(message)]
    blocks = tuple(block for child in children for block in child.body)
    attached = tuple(leaf for child in children for leaf in child.attached)
    return Contents((_merged(blocks),) if kind == "multipart/alternative" else blocks, attached)


def _children(message: Message) -> Iterable[Message]:
    payload = message.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _merged(blocks: tuple[Block, ...]) -> Block:
    plain = tuple(leaf for block in blocks for leaf in block.plain)
    html = tuple(leaf for block in blocks for leaf in block.html)
    return Block(plain, html)


def _is_body(message: Message, kind: str) -> bool:
    # A multipart without its boundary is text that calls itself one.
    text = kind in _BODY or kind.startswith("multipart/")
    return text and message.get_content_disposition() != "attachment" and file_name(message) is None


def _is_decoration(message: Message, kind: str, within: str) -> bool:
    shown = within == "multipart/related" and message.get_content_disposition() != "attachment"
    return shown and kind.startswith("image/") and len(content_of(message)) < DECORATION_BYTES


def _nested(message: Message) -> Part:
    """A mail within the mail, with its bytes as near to what was sent as the parser kept them."""
    inner = next(iter(_children(message)), None)
    if inner is None:
        return Part(content_of(message), file_name(message), _declared(message.get_content_type()))
    if message.get("content-transfer-encoding", "").strip().lower() == "base64":
        # Forbidden by RFC 2046 and done all the same: the parser took the encoded text for a mail.
        inner.add_header("content-transfer-encoding", "base64")
        return Part(content_of(inner), file_name(message), _MAIL)
    return Part(inner.as_bytes(), file_name(message) or mail_name(inner), _MAIL)
