"""`documents.raw` in Kafka, written in transactions: the only module of the doors that imports its client.

A kill -9 leaves a transaction open, or a commit under way. `init_transactions` under the same transactional id ends
it one way or the other and fences the dead writer, so that a look into the log afterwards is the truth.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from confluent_kafka import (
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from ingest.errors import FolderTaken, IngestError
from ingest.watch.raw_log import Refused
from mailroom.contracts.codec import text_header
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.headers import ID
from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import MAX_RECORD_BYTES, Topic
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import LogUnavailable
from mailroom.streams.kafka import produce, to_record

TIMEOUT_SECONDS = 30.0
TRANSACTION_TIMEOUT_MS = 10_000  # how long a killed watcher may hide later records of the topic from readers

_DOCUMENTS_FAULT = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD})
_FENCED = frozenset({KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED})  # noqa: SLF001 - the client's public constant
_END_OF_PARTITION = KafkaError._PARTITION_EOF  # noqa: SLF001
_QUIET: Mapping[str, Any] = {"log_level": 0}


class KafkaRawLog:
    """One watcher's connection.

    Args:
        kafka: The connection settings.
        writer: The transactional id: stable over restarts, unique per folder.

    Raises:
        LogUnavailable: No broker answers.
    """

    def __init__(self, kafka: KafkaSettings, writer: str) -> None:
        self._kafka = kafka
        self._admin = AdminClient({**kafka.client(), **_QUIET})
        self._partitions = self._list_partitions()
        self._writer = writer
        self._producer = self._begin()

    def ends(self) -> Mapping[int, int]:
        """The high watermarks, which count what other writers have not committed yet, too."""
        latest: Any = OffsetSpec
        asked: Any = {TopicPartition(Topic.RAW, number): latest.latest() for number in self._partitions}
        futures = self._guarded(
            self._admin.list_offsets,
            asked,
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=TIMEOUT_SECONDS,
        )
        return {
            partition.partition: self._guarded(future.result).offset for partition, future in futures.items()
        }

    def append(self, records: Sequence[Record]) -> Sequence[Position]:
        """Write all records in one transaction."""
        attempt = Attempt()
        self._guarded(self._producer.begin_transaction)
        for index, record in enumerate(records):
            attempt.produce(self._producer, index, record)
        attempt.flush(self._producer)
        if attempt.errors:
            refusal = attempt.refusal()
            if refusal is None:
                raise self._translated(attempt.first_error())
            self._producer = self._begin()  # a writer that was refused once drops what follows
            raise refusal
        self._guarded(self._producer.commit_transaction, TIMEOUT_SECONDS)
        return [attempt.positions[index] for index in range(len(records))]

    def find(self, ids: Collection[str], since: Mapping[int, int]) -> Mapping[str, Position]:
        """Read committed records up to the present end."""
        ends = {number: end for number, end in self.ends().items() if end > since.get(number, 0)}
        consumer = Consumer(
            {
                **self._kafka.client(),
                **_QUIET,
                "group.id": "mailroom-watch-folder",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "fetch.message.max.bytes": MAX_RECORD_BYTES,
            }
        )
        try:
            consumer.assign([TopicPartition(Topic.RAW, number, since.get(number, 0)) for number in ends])
            return self._scan(consumer, frozenset(ids), ends)
        finally:
            consumer.close()

    def close(self) -> None:
        """Leave; nothing is open between two calls that succeeded."""
        self._producer.purge()

    def _scan(self, consumer: Consumer, ids: frozenset[str], ends: dict[int, int]) -> dict[str, Position]:
        found: dict[str, Position] = {}
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while ends:
            message = consumer.poll(1.0)
            if message is None:
                if time.monotonic() > deadline:
                    raise self._unavailable("another writer's open transaction hides the end of the topic")
            elif message.error() is None:
                deadline = time.monotonic() + TIMEOUT_SECONDS
                found |= _match(to_record(message), ids)
            elif _reached_end(message, ends):
                del ends[_partition(message)]
        return found

    def _begin(self) -> Producer:
        """A producer that has ended whatever its predecessor left open."""
        producer = Producer(
            {
                **self._kafka.client(),
                **_QUIET,
                "transactional.id": self._writer,
                "transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
                "message.max.bytes": MAX_RECORD_BYTES,
                "compression.type": "lz4",
                "linger.ms": 5,
            }
        )
        self._guarded(producer.init_transactions, TIMEOUT_SECONDS)
        return producer

    def _list_partitions(self) -> list[int]:
        topic = self._guarded(self._admin.list_topics, Topic.RAW, TIMEOUT_SECONDS / 3).topics[Topic.RAW]
        if topic.error is not None:
            raise LogUnavailable(f"topic {Topic.RAW} at {self._kafka.bootstrap}: {topic.error.str()}")
        return sorted(topic.partitions)

    def _guarded(self, call: Any, *arguments: Any, **named: Any) -> Any:
        """Call the client and translate its errors."""
        try:
            return call(*arguments, **named)
        except KafkaException as error:
            raise self._translated(error.args[0]) from error

    def _translated(self, cause: KafkaError) -> IngestError | LogUnavailable:
        if cause.code() in _FENCED:
            return FolderTaken("another watcher took this folder over: leave it to that one")
        return self._unavailable(cause.str())

    def _unavailable(self, what: str) -> LogUnavailable:
        return LogUnavailable(
            f"the log at {self._kafka.bootstrap} does not answer ({what}): is the broker up?"
        )


WHOLE = -1
"""The index of what concerns no single record."""


class Attempt:
    """The delivery reports of one transaction."""

    def __init__(self) -> None:
        self.positions: dict[int, Position] = {}
        self.errors: dict[int, KafkaError] = {}

    def produce(self, producer: Producer, index: int, record: Record) -> None:
        """Queue a record; its report, or an error at once, is kept under its index."""

        def report(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self.errors.setdefault(index, error)
            else:
                self.positions[index] = Position(Topic.RAW, _partition(message), message.offset() or 0)

        try:
            produce(producer, record, report)
        except KafkaException as error:
            self.errors[index] = error.args[0]

    def flush(self, producer: Producer) -> None:
        """Wait for the reports; what never comes is an error of the whole attempt."""
        try:
            unsent = producer.flush(TIMEOUT_SECONDS)
        except KafkaException as error:  # the transaction failed; the reports say why, where there are any
            self.errors[WHOLE] = error.args[0]
        else:
            if unsent:
                self.errors[WHOLE] = KafkaError(KafkaError._MSG_TIMED_OUT)  # noqa: SLF001

    def refusal(self) -> Refused | None:
        """The first record that the log will never take, if there is one."""
        for index, error in self.errors.items():
            if error.code() in _DOCUMENTS_FAULT:
                return Refused(index, error.str())
        return None

    def first_error(self) -> KafkaError:
        """What happened: to the whole, else to the first record."""
        return self.errors.get(WHOLE) or next(iter(self.errors.values()))


def _match(record: Record, ids: frozenset[str]) -> dict[str, Position]:
    try:
        document_id = text_header(record, ID)
    except MalformedRecord:  # another producer's; ours are UTF-8
        return {}
    known = document_id in ids and record.position is not None
    return {document_id: record.position} if known and document_id and record.position else {}


def _reached_end(message: Message, ends: Mapping[int, int]) -> bool:
    error = message.error()
    if error is None or error.code() != _END_OF_PARTITION:
        return False
    number = _partition(message)
    return number in ends and (message.offset() or 0) >= ends[number]


def _partition(message: Message) -> int:
    return message.partition() or 0
