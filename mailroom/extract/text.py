"""Text as it stands: plain, Markdown, JSON, XML."""

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.encodings import encodable
from mailroom.extract.results import Limits, Part, TextFound
from mailroom.extract.sniffing import Kind

MEDIA_TYPES = frozenset(
    {"text/plain", "text/markdown", "application/json", "application/xml", "application/x-ndjson"},
)
"""Media types that are read as they stand."""


def parse(data: bytes, kind: Kind, limits: Limits) -> TextFound:
    """Decode text, and cut it after `limits.max_characters`.

    Raises:
        MalformedRecord: There is no visible character in it (`Reason.NO_TEXT`).
    """
    return found(decode(data, kind.encoding), kind, limits)


def decode(data: bytes, encoding: str | None) -> str:
    """Decode bytes whose encoding was detected; single bytes that break it become U+FFFD."""
    return data.decode(encoding or "utf-8", errors="replace")


def found(text: str, kind: Kind, limits: Limits, parts: tuple[Part, ...] = ()) -> TextFound:
    """The result for a text, cut after `limits.max_characters`, lone surrogates replaced.

    Raises:
        MalformedRecord: There is no visible character in it (`Reason.NO_TEXT`).
    """
    if not any(character.isprintable() and character != " " for character in text):
        raise MalformedRecord(
            Reason.NO_TEXT, f"no visible character in the {kind.media_type}: send one with text"
        )
    return TextFound(kind.media_type, encodable(text[: limits.max_characters]), kind.encoding, parts)
