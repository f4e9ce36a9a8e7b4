"""The log under test, of either kind, and what the tests do with it."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import Topic
from mailroom.settings import KafkaSettings, KinesisSettings
from mailroom.streams import Exchange, Reader, Sink
from mailroom.streams.kafka import KafkaReader, KafkaSink
from mailroom.streams.kafka_exchange import KafkaExchange
from mailroom.streams.kinesis import KinesisLog, KinesisReader, KinesisSink
from mailroom.streams.kinesis_exchange import KinesisExchange
from mailroom.streams.memory import MemoryExchange, MemoryLog, MemoryReader, MemorySink

DEADLINE_SECONDS = 30.0
INPUT, OUTPUT = "input", "output"


class Log(Protocol):
    """What the tests do with either log; topics are given by their short names."""

    def topic(self, name: str) -> str:
        """The topic's full name."""
        ...

    def sink(self) -> Sink:
        """A new sink."""
        ...

    def reader(self, name: str) -> Reader:
        """A new reader of one topic from its beginning."""
        ...

    def exchange(self) -> Exchange:
        """The group's one instance; a second call is its restart after a crash."""
        ...

    def refuse(self, exchange: Exchange) -> list[Record]:
        """Have the log refuse the exchange's next commit, to which the answer is added."""
        ...


@dataclass
class InMemory:
    """The log in memory."""

    log: MemoryLog = field(default_factory=MemoryLog)

    def topic(self, name: str) -> str:
        """As it is."""
        return name

    def sink(self) -> Sink:
        """A sink."""
        return MemorySink(self.log)

    def reader(self, name: str) -> Reader:
        """A reader."""
        return MemoryReader(self.log, [name])

    def exchange(self) -> Exchange:
        """An exchange."""
        return MemoryExchange(self.log, [INPUT], "group")

    def refuse(self, exchange: Exchange) -> list[Record]:
        """It is told to."""
        assert isinstance(exchange, MemoryExchange)
        exchange.refuse = 1
        return []


@dataclass
class OnKafka:
    """The session's broker, with topics of this test alone."""

    kafka: KafkaSettings
    unique: str

    def topic(self, name: str) -> str:
        """Made unique."""
        return f"{name}-{self.unique}"

    def sink(self) -> Sink:
        """A sink."""
        return KafkaSink(self.kafka)

    def reader(self, name: str) -> Reader:
        """A reader."""
        return KafkaReader(self.kafka, [self.topic(name)])

    def exchange(self) -> Exchange:
        """An exchange."""
        return KafkaExchange(self.kafka, [self.topic(INPUT)], self.unique, "instance-0")

    def refuse(self, exchange: Exchange) -> list[Record]:  # noqa: ARG002 - the record alone does it
        """A record above the broker's limit is refused only when the broker sees it."""
        return [Record(self.topic(OUTPUT), b"key", random.Random(1).randbytes(3 << 20))]


@dataclass
class OnKinesis:
    """A server of Kinesis and DynamoDB, with streams of one shard of this test alone."""

    kinesis: KinesisSettings
    objects: str
    group: str = "group"

    @property
    def log(self) -> KinesisLog:
        """What readers and writers need."""
        return KinesisLog(self.kinesis, self.objects)

    def topic(self, name: str) -> str:
        """As it is: the streams have a prefix."""
        return name

    def sink(self) -> Sink:
        """A sink."""
        return KinesisSink(self.log)

    def reader(self, name: str) -> Reader:
        """A reader."""
        return KinesisReader(self.log, [name])

    def exchange(self) -> Exchange:
        """An exchange."""
        return KinesisExchange(self.log, [INPUT], self.group, [OUTPUT, Topic.DEAD_LETTER], stage="stage")

    def refuse(self, exchange: Exchange) -> list[Record]:  # noqa: ARG002 - the record alone does it
        """Headers cannot lie in the object store."""
        return [Record(OUTPUT, b"other", b"", (("large", b"x" * 1024 * 1024),))]


@dataclass
class World:
    """A log with two topics, and everything opened on it."""

    log: Log
    opened: list[Sink | Reader | Exchange] = field(default_factory=list)

    def send(self, *records: Record) -> list[Position]:
        """Write records to the input and wait; the positions they got."""
        sink = self.log.sink()
        self.opened.append(sink)
        positions: list[Position] = []
        for record in records:
            sink.send(record, positions.append)
        sink.flush(DEADLINE_SECONDS)
        return positions

    def exchange(self) -> Exchange:
        """A new run of the one instance."""
        exchange = self.log.exchange()
        self.opened.append(exchange)
        return exchange

    def input(self, value: bytes | None, key: bytes | None = b"key") -> Record:
        """A record for the input topic."""
        return Record(self.log.topic(INPUT), key, value)

    def output(self, value: bytes) -> Record:
        """A record for the output topic."""
        return Record(self.log.topic(OUTPUT), b"key", value)

    def read(self, name: str, count: int) -> list[Record]:
        """The first `count` committed records of a topic."""
        reader = self.log.reader(name)
        self.opened.append(reader)
        return take(reader.poll, count)

    def close(self) -> None:
        """Close whatever was opened."""
        for each in self.opened:
            each.close()


def take(poll: Callable[[int, float], Sequence[Record]], count: int) -> list[Record]:
    """Poll until `count` records have come; fewer when the deadline passes."""
    end = time.monotonic() + DEADLINE_SECONDS
    found: list[Record] = []
    while len(found) < count and time.monotonic() < end:
        found += poll(count - len(found), 0.2)
    return found
