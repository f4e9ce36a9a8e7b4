"""The translation between the client's messages and errors and ours; no broker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from confluent_kafka import KafkaError

from mailroom.contracts.records import Position, Record
from mailroom.settings import KafkaSettings
from mailroom.streams import LogUnavailable, StreamError
from mailroom.streams import kafka as module


@dataclass
class Message:
    """A message as the client hands it over."""

    code: int | None = None
    kind: int = 1
    key_bytes: bytes | None = b"key"
    header_pairs: Sequence[tuple[str, bytes | None]] | None = None

    def error(self) -> KafkaError | None:
        """Whether it is none."""
        return None if self.code is None else KafkaError(self.code)

    def topic(self) -> str:
        """Where it lies."""
        return "documents.raw"

    def partition(self) -> int:
        """Where it lies."""
        return 1

    def offset(self) -> int:
        """Where it lies."""
        return 42

    def timestamp(self) -> tuple[int, int]:
        """Its kind, and milliseconds."""
        return self.kind, 1_767_225_600_123

    def headers(self) -> Sequence[tuple[str, bytes | None]] | None:
        """Pairs."""
        return self.header_pairs

    def key(self) -> bytes | None:
        """The key."""
        return self.key_bytes

    def value(self) -> bytes | None:
        """The value."""
        return b"value"


@dataclass
class Consumer:
    """A client that has some messages."""

    messages: list[Message]

    def poll(self, timeout: float) -> Message | None:  # noqa: ARG002
        """The first."""
        return self.messages.pop(0) if self.messages else None

    def consume(self, limit: int, timeout: float) -> list[Message]:  # noqa: ARG002
        """The others."""
        taken, self.messages = self.messages[:limit], self.messages[limit:]
        return taken


@dataclass
class FullProducer:
    """A client whose queue is full for the first tries."""

    refusals: int
    polled: int = 0
    sent: int = 0

    def produce(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Queue, or refuse."""
        if self.refusals:
            self.refusals -= 1
            raise BufferError
        self.sent += 1

    def poll(self, timeout: float) -> None:  # noqa: ARG002
        """Make room."""
        self.polled += 1


def test_a_message_becomes_a_record() -> None:
    """Position, time in seconds, headers in their order with null as empty."""
    message: Any = Message(header_pairs=[("a", b"1"), ("b", None), ("a", b"\xff")])
    assert module.to_record(message) == Record(
        topic="documents.raw",
        key=b"key",
        value=b"value",
        headers=(("a", b"1"), ("b", b""), ("a", b"\xff")),
        position=Position("documents.raw", 1, 42),
        timestamp=1_767_225_600.123,
    )


def test_a_message_without_time_or_headers_is_a_record() -> None:
    """What the broker does not know stays unknown."""
    message: Any = Message(kind=0, key_bytes=None)
    record = module.to_record(message)
    assert (record.timestamp, record.headers, record.key) == (None, (), None)


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (2, 2), (9, 3)])
def test_a_poll_takes_what_has_arrived(limit: int, count: int) -> None:
    """The first is waited for, the rest is taken without waiting, up to the limit."""
    consumer: Any = Consumer([Message(), Message(), Message()])
    assert len(module.poll_records(consumer, limit, 0)) == count


def test_a_partition_that_goes_in_the_middle_of_a_poll_is_not_answered() -> None:
    """A record that came before its partition went to another member is left to that member."""
    gone: set[tuple[str, int]] = {("documents.raw", 7)}

    @dataclass
    class Rebalancing(Consumer):
        def consume(self, limit: int, timeout: float) -> list[Message]:
            gone.add(("documents.raw", 1))
            return super().consume(limit, timeout)

    consumer: Any = Rebalancing([Message(), Message()])
    assert module.poll_records(consumer, 9, 0, gone) == []


def test_passing_errors_are_polled_over() -> None:
    """What heals by itself is no record and no error."""
    consumer: Any = Consumer(
        [Message(KafkaError._TRANSPORT), Message(), Message(KafkaError._ALL_BROKERS_DOWN)]
    )
    assert len(module.poll_records(consumer, 9, 0)) == 1


@pytest.mark.parametrize("code", [KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.TOPIC_AUTHORIZATION_FAILED])
def test_hopeless_errors_end_the_reading(code: int) -> None:
    """What no waiting mends is an error of the log."""
    consumer: Any = Consumer([Message(code)])
    with pytest.raises(StreamError, match="reading the log failed"):
        module.poll_records(consumer, 9, 0)


def test_a_full_queue_is_waited_for() -> None:
    """A record that finds no room is tried again until it has some."""
    producer: Any = FullProducer(refusals=3)
    module.produce(producer, Record("t", b"k", b"v"))
    assert (producer.sent, producer.polled) == (1, 4)


def test_a_missing_broker_is_named_with_its_mend() -> None:
    """The error says where nobody answers and what to do."""
    with pytest.raises(LogUnavailable, match=r"127\.0\.0\.1:1: start one with `mailroom up`"):
        module.require_broker(KafkaSettings(bootstrap="127.0.0.1:1"), timeout=0.2)
