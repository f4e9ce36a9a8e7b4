"""Spans around records of the log, by OpenTelemetry's conventions for messaging."""

from dataclasses import replace
from typing import TYPE_CHECKING

from mailroom.contracts import headers as h
from mailroom.contracts.records import Position, Record
from mailroom.telemetry.tracing import Tracer

if TYPE_CHECKING:
    from opentelemetry.trace import Span


def described(operation: str, topic: str, position: Position | None = None) -> dict[str, str | int]:
    """The attributes of a span.

    Args:
        operation: `send` or `process`.
        topic: Where the record is sent to, or was read from.
        position: Where it lies, once that is known.
    """
    names: dict[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.operation.type": operation,
        "messaging.operation.name": operation,
        "messaging.destination.name": str(topic),
    }
    return names if position is None else names | placed(position)


def placed(position: Position) -> dict[str, str | int]:
    """The attributes that tell where a record lies."""
    return {
        "messaging.destination.partition.id": str(position.partition),
        "messaging.kafka.offset": position.offset,
    }


def followed(record: Record, tracer: Tracer, span: "Span") -> Record:
    """A record whose readers are children of a span."""
    kept = tuple(header for header in record.headers if header[0] != h.TRACEPARENT)
    return replace(record, headers=(*kept, (h.TRACEPARENT, tracer.traceparent(span))))
