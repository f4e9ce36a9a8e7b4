"""Rich text (RTF) by striprtf."""

import re

from mailroom.extract import text
from mailroom.extract.hostile import refusing
from mailroom.extract.results import Limits, TextFound
from mailroom.extract.sniffing import Kind

MEDIA_TYPE = "application/rtf"

# Pictures as digits: not text, and a million of them take the parser seconds.
_DIGITS = re.compile(rb"[0-9a-fA-F\s]{400,}")


def parse(data: bytes, kind: Kind, limits: Limits) -> TextFound:
    """The text, without pictures and fields' codes.

    Raises:
        MalformedRecord: `NO_TEXT` or `UNPARSABLE`.
    """
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415

    with refusing(kind.media_type):
        source = _DIGITS.sub(b" ", data).decode("cp1252", "replace")
        found = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]
    return text.found(found, Kind(kind.media_type, None), limits)
