"""Source, Sink and Clock: Kafka, Kinesis and in-memory.

`Exchange` reads and writes in one transaction, `Sink` only writes, `Reader` only reads. The in-memory log is part of
the product: one suite of contract tests runs on all three.
"""

from mailroom.streams.base import Exchange, Reader, Sink
from mailroom.streams.errors import DeliveryFailed, LogUnavailable, StreamError, WorkLost

__all__ = ["DeliveryFailed", "Exchange", "LogUnavailable", "Reader", "Sink", "StreamError", "WorkLost"]
