"""Which objects a record refers to: it names their digest, or it holds their very bytes."""

import hashlib
import re
from collections.abc import Iterator

from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic

TOPICS = (Topic.RAW, Topic.TEXT, Topic.SCANNED, Topic.CLASSIFIED, Topic.FEEDBACK, Topic.DEAD_LETTER)
"""Where records may refer to originals."""

_DOCUMENTS = frozenset({Topic.RAW, Topic.DEAD_LETTER})
_DIGEST = re.compile(rb"(?:^|/)([0-9a-f]{64})$")
# Within a JSON string a quotation mark has a backslash before it: a text that talks of digests names none.
_IN_JSON = re.compile(rb'(?<!\\)"(?:text_)?sha256":"([0-9a-f]{64})"')


def digests(record: Record) -> Iterator[str]:
    """The hex digests of all objects that a record needs; more than one may be named, and one more than once."""
    for name in (h.DATAREF, h.SHA256):
        found = _DIGEST.search(record.header(name) or b"")
        if found:
            yield found[1].decode()
    value = record.value or b""
    if record.topic in _DOCUMENTS and value:
        yield hashlib.sha256(value).hexdigest()
    for named in _IN_JSON.finditer(value if record.topic != Topic.SCANNED else b""):
        yield named[1].decode()
