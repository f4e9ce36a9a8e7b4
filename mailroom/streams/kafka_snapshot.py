"""What a topic holds at one moment, and single records by their place: reading that ends."""

import time
from collections.abc import Iterator

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from mailroom.contracts.records import Position, Record
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import LogUnavailable, StreamError
from mailroom.streams.kafka import ELECTION, consumer_settings, no_broker, to_record

PREFETCHED_KIB = 32 * 1024
SILENCE_SECONDS = 30.0
LOOK_SECONDS = 0.5
"""How long Ctrl-C may have to wait."""

GROUP = "mailroom-snapshot"


class KafkaSnapshot:
    """Committed records by topic or by place, outside any group.

    Args:
        kafka: The connection.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._looking = self._consumer()
        try:
            self._partitions = self._known_partitions()
        except LogUnavailable:
            self.close()  # a client that is left to the collector may hang in it
            raise

    def records(self, topic: str) -> Iterator[Record]:
        """All records of a topic that are committed now, in the order of each partition.

        Raises:
            StreamError: There is no such topic.
            LogUnavailable: The log does not answer any more.
        """
        numbers = self._partitions.get(topic)
        if numbers is None:
            raise StreamError(f"the log has no topic {topic}: `mailroom topics` makes it")
        ends = {number: self._end(TopicPartition(topic, number)) for number in sorted(numbers)}
        consumer = self._consumer()
        consumer.list_topics(topic, timeout=10)  # else it learns of its partition half a second later
        try:
            for number, end in ends.items():
                yield from self._until(consumer, TopicPartition(topic, number, OFFSET_BEGINNING), end)
        finally:
            consumer.close()

    def at(self, position: Position) -> Record | None:
        """The record of a place, or None where the log has none there, or none any more."""
        if position.offset < 0 or position.partition not in self._partitions.get(position.topic, ()):
            return None
        place = TopicPartition(position.topic, position.partition, position.offset)
        found = next(self._until(self._looking, place, position.offset + 1), None)
        return found if found is not None and found.position == position else None

    def close(self) -> None:
        """Release the connection."""
        self._looking.close()

    def _consumer(self) -> Consumer:
        return Consumer(
            {
                **consumer_settings(self._kafka, GROUP),
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,  # behind the last committed record lie others that are none
                "fetch.wait.max.ms": 1,  # what is asked for is there already
                "queued.max.messages.kbytes": PREFETCHED_KIB,
            }
        )

    def _until(self, consumer: Consumer, start: TopicPartition, end: int) -> Iterator[Record]:
        consumer.assign([start])
        while True:
            message = self._next(consumer)
            if message is None or (message.offset() or 0) >= end:
                return
            yield to_record(message)

    def _next(self, consumer: Consumer) -> Message | None:
        """The next record of the one partition that is assigned; None at its end."""
        deadline = time.monotonic() + SILENCE_SECONDS
        while True:
            message = consumer.poll(LOOK_SECONDS)
            if message is None:
                if time.monotonic() > deadline:
                    raise LogUnavailable(no_broker(self._kafka))
                continue
            error = message.error()
            if error is None:
                return message
            if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's own name for it
                return None
            if error.fatal() or error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                raise StreamError(f"reading the log failed: {error.str()}")

    def _end(self, partition: TopicPartition) -> int:
        try:
            return int(ELECTION(self._looking.get_watermark_offsets, partition, timeout=10)[1])
        except KafkaException as error:
            raise LogUnavailable(no_broker(self._kafka)) from error

    def _known_partitions(self) -> dict[str, frozenset[int]]:
        try:
            topics = self._looking.list_topics(timeout=10).topics
        except KafkaException as error:
            raise LogUnavailable(no_broker(self._kafka)) from error
        return {name: frozenset(topic.partitions) for name, topic in topics.items()}
