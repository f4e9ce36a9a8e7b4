"""Which kind of text a text is: by its own marks, and among what these leave open by what the sender declared."""

import functools
import json
import re
from collections.abc import Sequence

MAIL = "message/rfc822"
"""Media type of mails."""

_HEAD = 2048
_LARGEST_JSON = 256 * 1024
_LONGEST_HEADERS = 64 * 1024
_KINDS = frozenset({"text/csv", "text/tab-separated-values", "text/markdown"})
_BY_ENDING = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "tab": "text/tab-separated-values",
    "md": "text/markdown",
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "text/html",
    "eml": MAIL,
}
_DELIMITERS = {"text/csv": ",;\t|", "text/tab-separated-values": "\t"}


def name(data: bytes, encoding: str, *, declared: str | None, file_name: str | None) -> str:
    """Name the media type of text.

    Args:
        data: The document's bytes.
        encoding: What they are to be decoded with.
        declared: Media type that the sender gave.
        file_name: The sender's name for it.
    """
    head = data[:_HEAD].decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n\f")
    hints = hints_of(declared, file_name)
    return _by_marks(data, head, encoding, hints) or _by_hint(head, hints) or "text/plain"


def _by_marks(data: bytes, head: str, encoding: str, hints: frozenset[str]) -> str | None:
    match head[:1]:
        case "<":
            return _markup(head, hints)
        case "{" | "[":
            return "application/json" if _is_json(data) else None
        case _:
            return MAIL if is_mail(data, encoding, hints) else None


def _markup(head: str, hints: frozenset[str]) -> str | None:
    if _html().search(head) or ("text/html" in hints and _tag().search(head)):
        return "text/html"
    return "application/xml" if head.startswith("<?xml") or _root().match(head) else None


def _is_json(data: bytes) -> bool:
    if len(data) > _LARGEST_JSON:
        return data.rstrip()[-1:] in (b"}", b"]")
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def is_mail(data: bytes, encoding: str, hints: frozenset[str]) -> bool:
    """Whether a text is a mail with its headers.

    Args:
        data: The text's bytes.
        encoding: What they are to be decoded with.
        hints: Media types that were declared or that its name means.
    """
    if not _mail_start().match(data[:_HEAD].decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")):
        return False
    # The way that a mail took stands before what it says of itself, and may be long.
    block = re.split(
        r"\r?\n\r?\n", data[:_LONGEST_HEADERS].decode(encoding, errors="ignore").lstrip(), maxsplit=1
    )[0]
    names = {
        line.partition(":")[0].lower() for line in block.splitlines() if not line.startswith((" ", "\t"))
    }
    # A memo too starts with From, To, Date and Subject; what only a mail program writes tells them apart.
    written_by_program = names & {"message-id", "mime-version", "received", "return-path"}
    said = len(names & {"from", "to", "date", "subject"})
    return said > 0 if MAIL in hints else said > 1 and bool(written_by_program)


def hints_of(declared: str | None, file_name: str | None) -> frozenset[str]:
    """The media types that a sender's words mean: what is declared, and what the name's ending stands for."""
    given = {declared.partition(";")[0].strip().lower()} if declared else set()
    if file_name and "." in file_name:
        given.add(_BY_ENDING.get(file_name.rpartition(".")[2].lower(), ""))
    return frozenset(given)


def _by_hint(head: str, hints: frozenset[str]) -> str | None:
    if "text/html" in hints and _tag().search(head):
        return "text/html"
    for kind in sorted(_KINDS & hints):
        lines = [line for line in head.splitlines()[:3] if line]
        if kind not in _DELIMITERS or any(_parts_most(mark, lines) for mark in _DELIMITERS[kind]):
            return kind
    return None


def _parts_most(mark: str, lines: Sequence[str]) -> bool:
    # Not all: a field in quotes may have lines of its own, and a title may stand before the table.
    return bool(lines) and 2 * sum(mark in line for line in lines) >= len(lines)


@functools.cache
def _mail_start() -> re.Pattern[str]:
    # A mailbox file's line before it, and any header.
    return re.compile(r"(?:From [^\n]{1,500}\n)?[A-Za-z][A-Za-z0-9-]{0,60}[ \t]*:")


@functools.cache
def _html() -> re.Pattern[str]:
    names = (
        "html|head|body|title|meta|style|div|p|table|span|font|center|h[1-6]|ul|ol|br|img|a|b|section|article"
    )
    comments = r"(?:<!--.{0,1000}?-->\s*)*+"
    start = rf"\A(?:{comments}<(?:{names})[\s>/]|(?:<\?xml[^>]*>\s*)?{comments}<(?:!doctype\s+)?html[\s>])"
    return re.compile(start, re.IGNORECASE | re.DOTALL)


@functools.cache
def _tag() -> re.Pattern[str]:
    return re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)


@functools.cache
def _root() -> re.Pattern[str]:
    return re.compile(
        r"\A(?:<!--|<!doctype|<[a-z_][\w.-]*:?[\w.-]*(?:\s+[\w:.-]+\s*=|\s*/?>))", re.IGNORECASE
    )
