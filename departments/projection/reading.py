"""Records as the projection needs them: decoded, and their times as times."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from departments.desks import REVIEW
from departments.projection.errors import NotApplicable, Why
from mailroom.contracts.codec import decode, document_id
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.records import Classification, Feedback, Record

MOST = 2**63 - 1
"""The largest number that a database takes."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label, read.

    Attributes:
        record: Where it came from.
        label: What it says.
        received_at: When its document came.
        cleansed_at: When that was cleansed.
        classified_at: When it was labelled.
    """

    record: Record
    label: Classification = field(repr=False)
    received_at: datetime
    cleansed_at: datetime
    classified_at: datetime

    @property
    def age(self) -> float:
        """Seconds from the document's coming to its label; 0 where clocks disagree."""
        return max((self.classified_at - self.received_at).total_seconds(), 0.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A person's judgement, read.

    Attributes:
        record: Where it came from.
        act_id: The id of the act that it tells of.
        feedback: What it says.
        at: When it was made.
    """

    record: Record
    act_id: str
    feedback: Feedback = field(repr=False)
    at: datetime


def labelled(record: Record) -> Labelled:
    """A record of `documents.classified`.

    Raises:
        NotApplicable: It cannot be read, or never be stored.
    """
    label = _decoded(Classification, record)
    if label.department == REVIEW:
        raise NotApplicable(Why.MALFORMED, f"a department cannot be called {REVIEW!r}", label.id)
    _require_numbers(label.id, label.source.size, label.source.offset, label.source.partition)
    return Labelled(
        record,
        label,
        time_of(label.id, label.source.received_at),
        time_of(label.id, label.cleansed_at),
        time_of(label.id, label.classified_at),
    )


def judged(record: Record) -> Judged:
    """A record of `documents.feedback`.

    Raises:
        NotApplicable: It cannot be read, or never be stored.
    """
    feedback = _decoded(Feedback, record)
    return Judged(record, _act_id(record), feedback, time_of(feedback.id, feedback.at))


def _act_id(record: Record) -> str:
    try:
        return document_id(record)  # of feedback `ce_id` is the act's; without one its place in the log is
    except MalformedRecord as error:
        raise NotApplicable(Why.MALFORMED, str(error)) from error


def time_of(identifier: str, text: str) -> datetime:
    """An RFC 3339 time.

    Raises:
        NotApplicable: It is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise NotApplicable(Why.MALFORMED, f"{text[:40]!r} is no RFC 3339 time with an offset", identifier)


def _decoded(kind: type[Any], record: Record) -> Any:
    try:
        value = decode(kind, record.value)
    except MalformedRecord as error:
        raise NotApplicable(Why.MALFORMED, str(error)) from error
    if b"\\u0000" in (record.value or b"") and _has_null(msgspec.to_builtins(value)):
        raise NotApplicable(Why.UNSTORABLE, "a text with a null character, which no database takes")
    return value


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_null, value))
    return isinstance(value, str) and "\0" in value


def _require_numbers(identifier: str, *numbers: int) -> None:
    if not all(0 <= number <= MOST for number in numbers):
        raise NotApplicable(Why.UNSTORABLE, "a size or place in the log of more than 64 bits", identifier)
