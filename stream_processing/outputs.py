"""What is written for a document: the records of `documents.text` and `documents.scanned`, and dead letters."""

from dataclasses import replace

from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Failure, Header, Record, ScannedDocument, Source, TextDocument
from mailroom.contracts.topics import Topic
from mailroom.textprep import CleanText
from stream_processing.arrivals import Arrival, position_of

STAGE = "stream-processing"


def text_record(arrival: Arrival, clean: CleanText, source: Source, cleansed_at: str) -> Record:
    """The record of a cleansed text."""
    document = TextDocument(
        id=arrival.id,
        text=clean.text,
        language=clean.language,
        steps=clean.steps,
        prep_version=clean.prep_version,
        source=source,
        cleansed_at=cleansed_at,
    )
    headers = (*_event_headers(arrival.id, source), *_carried_headers(arrival.record))
    return Record(Topic.TEXT, arrival.id.encode(), codec.encode(document), headers)


def scanned_record(
    arrival: Arrival, content: bytes | None, pages: int, source: Source, cleansed_at: str
) -> Record:
    """The record of pages to be read; without content, `source.dataref` leads to it."""
    document = ScannedDocument(arrival.id, content, pages, source, cleansed_at)
    headers = (*codec.scanned_headers(document), *_carried_headers(arrival.record))
    return Record(Topic.SCANNED, arrival.id.encode(), content or b"", headers)


def refused(record: Record, reason: Reason, error: Exception) -> Record:
    """The dead letter of a record."""
    failure = Failure(STAGE, reason.value, str(error), position_of(record), type(error).__name__)
    return dead_letter(record, failure)


def by_reference(letter: Record, dataref: str, sha256: str) -> Record:
    """A dead letter without its value, which is kept elsewhere."""
    size = str(len(letter.value or b"")).encode()
    reference = ((h.DATAREF, dataref.encode()), (h.SHA256, sha256.encode()), (h.SIZE, size))
    return replace(letter, value=b"", headers=letter.headers + reference)


def _event_headers(identifier: str, source: Source) -> tuple[Header, ...]:
    pairs = (
        (h.SPEC_VERSION, h.SPECIFICATION),
        (h.ID, identifier),
        (h.SOURCE, f"/{source.topic}"),
        (h.TYPE, h.TYPE_TEXT),
        (h.TIME, source.received_at),
        (h.SUBJECT, source.file_name),
        (h.CONTENT_TYPE, "application/json"),
        (h.PARENT_ID, source.parent),
    )
    return tuple((name, value.encode()) for name, value in pairs if value is not None)


def _carried_headers(record: Record) -> tuple[Header, ...]:
    """What travels on unchanged: the trace, and how often the document was sent again."""
    carried = ((name, record.header(name)) for name in (h.TRACEPARENT, h.REDRIVE))
    return tuple((name, value) for name, value in carried if value is not None)
