"""From a topic of another cluster: no transaction spans two of them, so that the position follows the acknowledgement.

One of the edges that know the log's client.
"""

from collections.abc import Callable, Mapping, Sequence

from confluent_kafka import Consumer, KafkaException, TopicPartition

from mailroom.contracts.records import Record
from mailroom.settings import KafkaSettings
from mailroom.streams.base import Sink
from mailroom.streams.errors import DeliveryFailed, StreamError, WorkLost
from mailroom.streams.kafka import consumer_settings, poll_records

ACKNOWLEDGE_SECONDS = 60.0
WORK_MILLISECONDS = 600_000
SESSION_MILLISECONDS = 10_000
"""For so long a member that was killed keeps its partitions."""


class Crossing:
    """An exchange between two clusters: at least once, each time under the same ids.

    Args:
        kafka: The cluster that is read.
        topics: Which of its topics.
        group: Keeps the position there.
        connect: Makes a sink in our own cluster.
    """

    def __init__(
        self, kafka: KafkaSettings, topics: Sequence[str], group: str, connect: Callable[[], Sink]
    ) -> None:
        self._connect = connect
        self._sink: Sink | None = connect()
        self._polled: dict[tuple[str, int], tuple[int, int]] = {}
        self._gone: set[tuple[str, int]] = set()
        self._consumer = Consumer(
            {
                **consumer_settings(kafka, group),
                "auto.offset.reset": "earliest",
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": SESSION_MILLISECONDS,
                "max.poll.interval.ms": WORK_MILLISECONDS,
            }
        )
        self._consumer.subscribe(list(topics), on_revoke=self._revoked, on_lost=self._revoked)

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` committed records."""
        records = poll_records(self._consumer, limit, timeout, self._gone)
        for record in records:
            if record.position is None:
                raise StreamError("a record without a position was polled")
            place = record.position.topic, record.position.partition
            first, _ = self._polled.get(place, (record.position.offset, 0))
            self._polled[place] = first, record.position.offset + 1
        return records

    def commit(self, outputs: Sequence[Record]) -> None:
        """Write outputs, wait for the log, then move the position.

        Raises:
            DeliveryFailed: The log did not acknowledge; the same records are polled again.
            WorkLost: The position was not moved; likewise, here or by another member of the group.
        """
        try:
            self._write(outputs)
        except DeliveryFailed:
            self._drop_sink()
            self.rewind()
            raise
        offsets = [TopicPartition(topic, number, end) for (topic, number), (_, end) in self._polled.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            self.rewind()
            raise WorkLost(f"the position was not moved: {error.args[0].str()}") from error
        self._polled.clear()

    def rewind(self) -> None:
        """Go back to the first record of each partition that was polled and is still ours."""
        mine = {(partition.topic, partition.partition) for partition in self._consumer.assignment()}
        for (topic, number), (first, _) in self._polled.items():
            if (topic, number) in mine:
                self._consumer.seek(TopicPartition(topic, number, first))
        self._polled.clear()

    def behind(self) -> Mapping[str, Mapping[int, int]]:
        """How many records wait, by topic and partition of ours."""
        lags: dict[str, dict[int, int]] = {}
        for partition in self._consumer.assignment():
            try:
                ends = self._consumer.get_watermark_offsets(partition, timeout=1.0)
                offset = self._consumer.position([partition])[0].offset
            except KafkaException:
                continue  # a partition that moves, or a broker that is away: the next look tells
            if ends is not None:
                start = offset if offset >= 0 else ends[0]
                lags.setdefault(partition.topic, {})[partition.partition] = max(0, ends[1] - start)
        return lags

    def close(self) -> None:
        """Leave the group."""
        self._drop_sink()
        self._consumer.close()

    def _write(self, outputs: Sequence[Record]) -> None:
        sink = self._sink = self._sink or self._connect()
        for record in outputs:
            sink.send(record)
        sink.flush(ACKNOWLEDGE_SECONDS)

    def _drop_sink(self) -> None:
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def _revoked(self, _: Consumer, partitions: Sequence[TopicPartition]) -> None:
        self._gone |= {(partition.topic, partition.partition) for partition in partitions}
