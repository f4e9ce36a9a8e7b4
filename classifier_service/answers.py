"""Records in, records out: what the Kafka door writes for what it has read. No log is touched here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from classifier_service.classifier import Document, Outcome
from classifier_service.refusal import Refusal, refusal_of
from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.dead_letters import dead_letter
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import Classification, Failure, Header, Position, Record, TextDocument
from mailroom.contracts.topics import Topic

STAGE = "classifier"
JSON = "application/json"

Label = Callable[[Sequence[Document]], Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a record.

    Attributes:
        record: As read.
        output: What is written for it: a label, or a dead letter.
        outcome: The same as a value.
    """

    record: Record
    output: Record
    outcome: Outcome


def answer(records: Sequence[Record], label: Label) -> list[Answer]:
    """A label or a dead letter for every record, in their order.

    Args:
        records: As read from `documents.text` or `documents.scanned`.
        label: Documents to outcomes.
    """
    decoded = [decode(record) for record in records]
    outcomes = iter(label([document for document in decoded if not isinstance(document, Refusal)]))
    return [
        _answer(record, document if isinstance(document, Refusal) else next(outcomes))
        for record, document in zip(records, decoded, strict=True)
    ]


def decode(record: Record) -> Document | Refusal:
    """The document in a record, or why there is none."""
    try:
        if record.topic == Topic.SCANNED:
            return codec.decode_scanned(record)
        if record.value is None:
            return Refusal(Reason.NULL_VALUE, "the record has no value: send the document again")
        return codec.decode(TextDocument, record.value)
    except MalformedRecord as error:
        return refusal_of(error, error.reason, "")


def classified(record: Record, result: Classification) -> Record:
    """The record for `documents.classified`.

    Args:
        record: As read.
        result: Its label.

    Raises:
        UnicodeEncodeError: The id or the file name holds half a surrogate pair, which no byte string can.
    """
    result_headers = (
        _header(h.TYPE, h.TYPE_CLASSIFIED),
        _header(h.SPEC_VERSION, h.SPECIFICATION),
        _header(h.CONTENT_TYPE, JSON),
        _header(h.SOURCE, f"/{record.topic}"),
        _header(h.TIME, result.classified_at),
        _header(h.LABEL, result.label),
        _header(h.DEPARTMENT, result.department),
        _header(h.DECISION, result.decision),
        (h.ID, result.id.encode()),
    )
    return Record(
        topic=Topic.CLASSIFIED,
        key=result.id.encode(),
        value=codec.encode(result),
        headers=result_headers + _passed_on(record, result),
    )


@lru_cache
def _header(name: str, value: str) -> Header:
    """A header of which a batch holds few different ones."""
    return name, value.encode()


def _passed_on(record: Record, result: Classification) -> tuple[Header, ...]:
    pairs = (
        (h.SUBJECT, result.source.file_name),
        (h.PARENT_ID, result.source.parent),
        (h.DUPLICATE_OF, result.duplicate_of),
    )
    headers = tuple([(name, value.encode()) for name, value in pairs if value is not None])
    trace = record.header(h.TRACEPARENT)
    return headers if trace is None else (*headers, (h.TRACEPARENT, trace))


def _answer(record: Record, outcome: Outcome) -> Answer:
    if isinstance(outcome, Refusal):
        return Answer(record, _refused(record, outcome), outcome)
    try:
        linked = _linked(record, outcome)
        return Answer(record, classified(record, linked), linked)
    except UnicodeEncodeError as error:
        refusal = refusal_of(error, Reason.MALFORMED_RECORD, "id or file name is no valid Unicode")
    except MalformedRecord as error:
        refusal = refusal_of(error, error.reason, "")
    return Answer(record, _refused(record, refusal), refusal)


def _linked(record: Record, result: Classification) -> Classification:
    """The label with the first document of the same content, which the stream's job knows."""
    first = codec.text_header(record, h.DUPLICATE_OF)
    return result if first is None else replace(result, duplicate_of=first)


def _refused(record: Record, refusal: Refusal) -> Record:
    failure = Failure(
        stage=STAGE,
        reason=refusal.reason,
        message=refusal.message,
        position=record.position or Position(record.topic, -1, -1),
        exception=refusal.exception,
    )
    return dead_letter(record, failure)
