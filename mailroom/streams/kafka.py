"""The log as Kafka, by confluent-kafka: the only module of the shared kernel that imports it."""

from collections.abc import Callable, Sequence
from typing import Any

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import MAX_DEAD_LETTER_BYTES, MAX_RECORD_BYTES
from mailroom.settings import KafkaSettings
from mailroom.streams.base import Acknowledged
from mailroom.streams.errors import DeliveryFailed, LogUnavailable, StreamError, WorkLost

_HOPELESS = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
    }
)
"""What waiting does not mend; all other consumer errors heal by polling on."""

_LEADERLESS = frozenset({KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE})

_QUIET: dict[str, Any] = {"log_level": 0, "error_cb": lambda _: None}
"""Our own messages say what a person needs; librdkafka's lines on standard error would stand before them."""


def require_broker(kafka: KafkaSettings, timeout: float = 10.0) -> None:
    """Ask for the cluster's metadata.

    Raises:
        LogUnavailable: Nobody answered within `timeout` seconds.
    """
    admin = AdminClient({**kafka.client(), **_QUIET})
    try:
        admin.list_topics(timeout=timeout)
    except KafkaException as error:
        raise LogUnavailable(_no_broker(kafka)) from error


def _no_broker(kafka: KafkaSettings) -> str:
    mend = "start one with `mailroom up`, or set MAILROOM_KAFKA__BOOTSTRAP"
    return f"no Kafka broker answers at {kafka.bootstrap}: {mend}"


def _passing(error: BaseException) -> bool:
    return isinstance(error, KafkaException) and error.args[0].retriable()


_COMMIT = Retrying(
    retry=retry_if_exception(_passing), stop=stop_after_delay(30), wait=wait_fixed(0.1), reraise=True
)
"""A commit that timed out may have happened: only asking again tells."""


_ELECTION = Retrying(
    retry=retry_if_exception(
        lambda error: isinstance(error, KafkaException) and error.args[0].code() in _LEADERLESS
    ),
    stop=stop_after_delay(10),
    wait=wait_fixed(0.05),
    reraise=True,
)
"""A partition that was made a moment ago may not have its leader yet."""


class KafkaSink:
    """Writes records with an idempotent producer and keeps every delivery error until it is raised."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._producer = Producer(
            {
                **kafka.client(),
                **_QUIET,
                "enable.idempotence": True,
                "message.max.bytes": MAX_RECORD_BYTES,
                "compression.type": "lz4",
                "linger.ms": 5,
            }
        )
        self._error: str | None = None

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Queue a record, waiting while the queue is full."""
        self._raise_failure()

        def report(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self._error = f"{record.topic}: {error.str()}"
            elif acknowledged is not None:
                acknowledged(Position(message.topic() or "", message.partition() or 0, message.offset() or 0))

        try:
            produce(self._producer, record, report)
        except KafkaException as error:
            raise DeliveryFailed(
                f"the log refused a record of {record.topic}: {error.args[0].str()}"
            ) from error

    def flush(self, timeout: float) -> None:
        """Wait for all acknowledgements."""
        try:
            left = self._producer.flush(timeout)
        except KafkaException as error:
            raise DeliveryFailed(f"the log went away: {error.args[0].str()}") from error
        self._raise_failure()
        if left:
            raise DeliveryFailed(
                f"{left} records were not acknowledged within {timeout:g} s: is the broker up?"
            )

    def close(self) -> None:
        """Drop what was not flushed."""
        self._producer.purge()

    def _raise_failure(self) -> None:
        if self._error is not None:
            raise DeliveryFailed(f"the log refused a record of {self._error}")


class KafkaReader:
    """Reads committed records of all partitions of some topics, outside any group."""

    def __init__(self, kafka: KafkaSettings, topics: Sequence[str], *, from_beginning: bool = True) -> None:
        self._consumer = Consumer(
            {
                **_consumer(kafka, "mailroom-reader"),
                "auto.offset.reset": "earliest" if from_beginning else "latest",
            }
        )
        self._consumer.assign(self._starts(topics, from_beginning=from_beginning))

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` records."""
        return _poll(self._consumer, limit, timeout)

    def caught_up(self) -> bool:
        """Whether everything that is committed now has been read."""
        return all(
            (offset if offset >= 0 else low) >= high
            for partition in self._consumer.assignment()
            for low, high in [self._ends(partition)]
            for offset in [self._consumer.position([partition])[0].offset]
        )

    def close(self) -> None:
        """Release the connection."""
        self._consumer.close()

    def _starts(self, topics: Sequence[str], *, from_beginning: bool) -> list[TopicPartition]:
        known = self._consumer.list_topics(timeout=10).topics
        missing = [topic for topic in topics if topic not in known]
        if missing:
            raise StreamError(
                f"the log has no topic {', '.join(missing)}: `mailroom up` makes them, or create them"
            )
        partitions = [TopicPartition(topic, number) for topic in topics for number in known[topic].partitions]
        for partition in partitions:
            partition.offset = OFFSET_BEGINNING if from_beginning else self._ends(partition)[1]
        return partitions

    def _ends(self, partition: TopicPartition) -> tuple[int, int]:
        ends: tuple[int, int] = _ELECTION(self._consumer.get_watermark_offsets, partition, timeout=10)
        return ends


class KafkaExchange:
    """Consume, produce and commit in one transaction.

    Args:
        kafka: The connection.
        topics: What is read.
        group: The consumer group; its members share the partitions.
        instance: Stable over restarts and unique among the group's running members: a restarted instance then
            fences its dead predecessor, whose open transaction would hide later records from readers.
    """

    def __init__(self, kafka: KafkaSettings, topics: Sequence[str], group: str, instance: str) -> None:
        self._consumer = Consumer(
            {
                **_consumer(kafka, group),
                "auto.offset.reset": "earliest",
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": 10_000,
            }
        )
        self._producer = Producer(
            {
                **kafka.client(),
                **_QUIET,
                "transactional.id": f"{group}-{instance}",
                "message.max.bytes": MAX_DEAD_LETTER_BYTES,
                "compression.type": "lz4",
                "linger.ms": 5,
            }
        )
        self._polled: dict[tuple[str, int], tuple[int, int]] = {}
        self._begin(kafka)
        self._consumer.subscribe(list(topics))

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` records; group changes are handled in here, when no work is open."""
        records = _poll(self._consumer, limit, timeout)
        for record in records:
            position = _known(record.position)
            first, _ = self._polled.get((position.topic, position.partition), (position.offset, 0))
            self._polled[position.topic, position.partition] = (first, position.offset + 1)
        return records

    def commit(self, outputs: Sequence[Record]) -> None:
        """Write outputs and positions in one transaction."""
        try:
            self._transact(outputs)
        except KafkaException as error:
            self._abort(error)
        self._polled.clear()

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        self._consumer.close()

    def _begin(self, kafka: KafkaSettings) -> None:
        try:
            self._producer.init_transactions(60)
        except KafkaException as error:
            raise LogUnavailable(_no_broker(kafka)) from error

    def _transact(self, outputs: Sequence[Record]) -> None:
        self._producer.begin_transaction()
        for record in outputs:
            produce(self._producer, record)
        offsets = [TopicPartition(topic, number, end) for (topic, number), (_, end) in self._polled.items()]
        self._producer.send_offsets_to_transaction(offsets, self._consumer.consumer_group_metadata())
        _COMMIT(self._producer.commit_transaction)

    def _abort(self, error: KafkaException) -> None:
        """Undo the transaction and go back to its input; a fatal error ends the process instead."""
        cause: KafkaError = error.args[0]
        if cause.fatal():
            message = (
                f"this instance was replaced by another with the same name, or lost the log: {cause.str()}"
            )
            raise StreamError(message) from error
        self._producer.abort_transaction()
        mine = {(partition.topic, partition.partition) for partition in self._consumer.assignment()}
        for (topic, number), (first, _) in self._polled.items():
            if (topic, number) in mine:
                self._consumer.seek(TopicPartition(topic, number, first))
        self._polled.clear()
        raise WorkLost(f"the transaction was aborted: {cause.str()}") from error


def produce(producer: Producer, record: Record, report: Callable[[Any, Any], None] | None = None) -> None:
    """Queue a record, waiting for room where the queue is full."""
    while True:
        try:
            producer.produce(
                str(record.topic), record.value, record.key, headers=list(record.headers), on_delivery=report
            )
        except BufferError:
            producer.poll(0.1)
        else:
            producer.poll(0)
            return


def _consumer(kafka: KafkaSettings, group: str) -> dict[str, Any]:
    return {
        **kafka.client(),
        **_QUIET,
        "group.id": group,
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 50,
        "fetch.message.max.bytes": MAX_RECORD_BYTES,
    }


def _poll(consumer: Consumer, limit: int, timeout: float) -> list[Record]:
    """Wait for the first record, then take what has already arrived: `consume` alone would wait for a full batch."""
    first = consumer.poll(timeout)
    if first is None:
        return []
    messages = [first, *(consumer.consume(limit - 1, 0) if limit > 1 else [])]
    return [to_record(message) for message in messages if _usable(message)]


def _usable(message: Message) -> bool:
    error = message.error()
    if error is None:
        return True
    if error.fatal() or error.code() in _HOPELESS:
        raise StreamError(f"reading the log failed: {error.str()}")
    return False


def to_record(message: Message) -> Record:
    """A client's message as a contract's record."""
    position = Position(message.topic() or "", message.partition() or 0, message.offset() or 0)
    stamp: Any = message.timestamp()
    kind, milliseconds = stamp
    headers: Any = message.headers() or []
    key: Any = message.key()
    value: Any = message.value()
    return Record(
        topic=position.topic,
        key=key,
        value=value,
        headers=tuple((name, content or b"") for name, content in headers),
        position=position,
        timestamp=milliseconds / 1000 if kind else None,
    )


def _known(position: Position | None) -> Position:
    if position is None:
        raise StreamError("a record without a position was polled")
    return position
