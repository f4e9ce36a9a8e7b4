"""The log as Kafka, by confluent-kafka; transactions are in `kafka_exchange.py`."""

from collections.abc import Callable, Mapping, Sequence
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
from mailroom.contracts.topics import MAX_RECORD_BYTES
from mailroom.settings import KafkaSettings
from mailroom.streams.base import Acknowledged
from mailroom.streams.errors import DeliveryFailed, LogUnavailable, RecordRefused, StreamError

_HOPELESS = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
    }
)
"""What waiting does not mend; all other consumer errors heal by polling on."""

_DOCUMENTS_FAULT = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD})

_LEADERLESS = frozenset({KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE})

QUIET: dict[str, Any] = {"log_level": 0, "error_cb": lambda _: None}
"""Our own messages say what a person needs; librdkafka's lines on standard error would stand before them."""


def require_broker(kafka: KafkaSettings, timeout: float = 10.0) -> None:
    """Ask for the cluster's metadata.

    Raises:
        LogUnavailable: Nobody answered within `timeout` seconds.
    """
    admin = AdminClient({**kafka.client(), **QUIET})
    try:
        admin.list_topics(timeout=timeout)
    except KafkaException as error:
        raise LogUnavailable(no_broker(kafka)) from error


def no_broker(kafka: KafkaSettings) -> str:
    """The sentence for a person."""
    mend = "start one with `mailroom up`, or set MAILROOM_KAFKA__BOOTSTRAP"
    return f"no Kafka broker answers at {kafka.bootstrap}: {mend}"


ELECTION = Retrying(
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
                **QUIET,
                "enable.idempotence": True,
                "message.max.bytes": MAX_RECORD_BYTES,
                "compression.type": "lz4",
                "linger.ms": 5,
            }
        )
        self._error: DeliveryFailed | None = None

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Queue a record, waiting while the queue is full."""
        self._raise_failure()

        def report(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self._error = _refusal(record, error)
            elif acknowledged is not None:
                acknowledged(Position(message.topic() or "", message.partition() or 0, message.offset() or 0))

        try:
            produce(self._producer, record, report)
        except KafkaException as error:
            raise _refusal(record, error.args[0]) from error

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
            raise self._error


def _refusal(record: Record, error: KafkaError) -> DeliveryFailed:
    kind = RecordRefused if error.code() in _DOCUMENTS_FAULT else DeliveryFailed
    return kind(f"the log refused a record of {record.topic}: {error.str()}")


class KafkaReader:
    """Reads committed records of all partitions of some topics, outside any group.

    Args:
        kafka: The connection settings.
        topics: Their names.
        from_beginning: Whether what is there already is read.
        after: Where to go on instead: the next offset of each topic and partition. Those that are not named are new,
            and read from their beginning; so is one that does not have its offset any more.

    Attributes:
        starts: Where it begins to read, by topic and partition; -2 is the beginning.

    Raises:
        LogUnavailable: No broker answers.
        StreamError: A topic is missing.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        topics: Sequence[str],
        *,
        from_beginning: bool = True,
        after: Mapping[tuple[str, int], int] | None = None,
    ) -> None:
        reset = "earliest" if from_beginning or after else "latest"
        self._consumer = Consumer({**consumer_settings(kafka, "mailroom-reader"), "auto.offset.reset": reset})
        try:
            places = self._starts(topics, after or {}, from_beginning=from_beginning or bool(after))
        except KafkaException as error:
            raise LogUnavailable(no_broker(kafka)) from error
        self.starts = {(place.topic, place.partition): place.offset for place in places}
        self._consumer.assign(places)

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` records."""
        return poll_records(self._consumer, limit, timeout)

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

    def _starts(
        self, topics: Sequence[str], after: Mapping[tuple[str, int], int], *, from_beginning: bool
    ) -> list[TopicPartition]:
        known = self._consumer.list_topics(timeout=10).topics
        missing = [topic for topic in topics if topic not in known]
        if missing:
            raise StreamError(
                f"the log has no topic {', '.join(missing)}: `mailroom up` makes them, or create them"
            )
        partitions = [TopicPartition(topic, number) for topic in topics for number in known[topic].partitions]
        for partition in partitions:
            known_offset = after.get((str(partition.topic), partition.partition))
            if known_offset is not None:
                partition.offset = known_offset
            else:
                partition.offset = OFFSET_BEGINNING if from_beginning else self._ends(partition)[1]
        return partitions

    def _ends(self, partition: TopicPartition) -> tuple[int, int]:
        ends: tuple[int, int] = ELECTION(self._consumer.get_watermark_offsets, partition, timeout=10)
        return ends


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


def consumer_settings(kafka: KafkaSettings, group: str) -> dict[str, Any]:
    """What every consumer of ours is set to: committed records alone, and no position is kept behind its back."""
    return {
        **kafka.client(),
        **QUIET,
        "group.id": group,
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 50,
        "fetch.message.max.bytes": MAX_RECORD_BYTES,
    }


def poll_records(
    consumer: Consumer, limit: int, timeout: float, gone: set[tuple[str, int]] | None = None
) -> list[Record]:
    """Wait for the first record, then take what has already arrived: `consume` alone would wait for a full batch.

    Args:
        consumer: Asked twice.
        limit: Records.
        timeout: Seconds.
        gone: Filled, while this asks, with partitions that went to another member. Where one goes between the two
            questions, that member reads the first record too, and here it must not be answered.
    """
    first = consumer.poll(timeout)
    if first is None:
        return []
    gone = set() if gone is None else gone
    gone.clear()
    messages = [first, *(consumer.consume(limit - 1, 0) if limit > 1 else [])]
    return [
        to_record(message)
        for message in messages
        if _usable(message) and (message.topic(), message.partition()) not in gone
    ]


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
