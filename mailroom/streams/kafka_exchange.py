"""Exactly once on Kafka: what was read, what is written for it, and the position, in one transaction."""

from collections.abc import Mapping, Sequence

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from mailroom.contracts.records import Position, Record
from mailroom.contracts.topics import MAX_DEAD_LETTER_BYTES
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import LogUnavailable, StreamError, WorkLost
from mailroom.streams.kafka import QUIET, consumer_settings, no_broker, poll_records, produce
from mailroom.streams.kafka_transactions import COMMIT

PREFETCHED_KIB = 32 * 1024
"""What the client fetches ahead of the work, in all: a door that is busy or waits stops fetching, and so the log keeps
the backlog, not this process."""

WORK_MILLISECONDS = 600_000
"""What may pass between two polls: a document of slow pages that kills two readers, at its end, takes eight minutes."""

TRANSACTION_MILLISECONDS = 30_000
"""What an open transaction may take. It is opened after the work, so that this is the time of a commit; and the time
for which readers of committed records wait behind an instance that died in one and never came back."""


class KafkaExchange:
    """Consume, produce and commit in one transaction.

    Membership is dynamic (no `group.instance.id`): an instance that is stopped leaves, and others have its partitions
    at once, where a static member's would lie idle until its session ends.

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
                **consumer_settings(kafka, group),
                "auto.offset.reset": "earliest",
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": 10_000,
                "max.poll.interval.ms": WORK_MILLISECONDS,
                "queued.max.messages.kbytes": PREFETCHED_KIB,
            }
        )
        self._producer = Producer(
            {
                **kafka.client(),
                **QUIET,
                "transactional.id": f"{group}-{instance}",
                "transaction.timeout.ms": TRANSACTION_MILLISECONDS,
                "message.max.bytes": MAX_DEAD_LETTER_BYTES,
                "compression.type": "lz4",
                "linger.ms": 5,
            }
        )
        self._polled: dict[tuple[str, int], tuple[int, int]] = {}
        self._gone: set[tuple[str, int]] = set()
        self._stale = False
        self._begin(kafka)
        self._consumer.subscribe(list(topics), on_revoke=self._revoked, on_lost=self._revoked)

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` records; group changes are handled in here, when no work is open."""
        records = poll_records(self._consumer, limit, timeout, self._gone)
        for record in records:
            position = _known(record.position)
            first, _ = self._polled.get((position.topic, position.partition), (position.offset, 0))
            self._polled[position.topic, position.partition] = (first, position.offset + 1)
        return records

    def commit(self, outputs: Sequence[Record]) -> None:
        """Write outputs and positions in one transaction."""
        if self._stale:
            self.rewind()
            raise WorkLost("a partition went to another instance before its work was committed")
        try:
            self._transact(outputs)
        except KafkaException as error:
            self._abort(error)
        self._polled.clear()

    def rewind(self) -> None:
        """Go back to the first record of each partition that was polled and is still ours."""
        mine = {(partition.topic, partition.partition) for partition in self._consumer.assignment()}
        for (topic, number), (first, _) in self._polled.items():
            if (topic, number) in mine:
                self._consumer.seek(TopicPartition(topic, number, first))
        self._polled.clear()
        self._stale = False

    def behind(self) -> Mapping[str, Mapping[int, int]]:
        """Ends of the partitions that are assigned, less the positions in them."""
        lags: dict[str, dict[int, int]] = {}
        for partition in self._consumer.assignment():
            lag = self._behind(partition)
            if lag is not None:
                lags.setdefault(partition.topic, {})[partition.partition] = lag
        return lags

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        self._consumer.close()

    def _begin(self, kafka: KafkaSettings) -> None:
        try:
            self._producer.init_transactions(60)
        except KafkaException as error:
            raise LogUnavailable(no_broker(kafka)) from error

    def _revoked(self, _: Consumer, partitions: Sequence[TopicPartition]) -> None:
        gone = {(partition.topic, partition.partition) for partition in partitions}
        self._gone |= gone
        self._stale = self._stale or not gone.isdisjoint(self._polled)

    def _behind(self, partition: TopicPartition) -> int | None:
        try:
            ends = self._consumer.get_watermark_offsets(partition, timeout=1.0)
            offset = self._consumer.position([partition])[0].offset
        except KafkaException:
            return None  # a partition that moves, or a broker that is away: the next look tells
        # A partition of which nothing was polled has no position: what lies in it is about to be.
        return None if ends is None else max(0, ends[1] - offset) if offset >= 0 else 0

    def _transact(self, outputs: Sequence[Record]) -> None:
        self._producer.begin_transaction()
        for record in outputs:
            produce(self._producer, record)
        offsets = [TopicPartition(topic, number, end) for (topic, number), (_, end) in self._polled.items()]
        self._producer.send_offsets_to_transaction(offsets, self._consumer.consumer_group_metadata())
        COMMIT(self._producer.commit_transaction)

    def _abort(self, error: KafkaException) -> None:
        """Undo the transaction and go back to its input; a fatal error ends the process instead."""
        cause: KafkaError = error.args[0]
        if cause.fatal():
            raise StreamError(
                f"this instance was replaced by another with the same name, or lost the log ({cause.str()}): give each "
                "running instance a `classifier.instance` of its own"
            ) from error
        self._producer.abort_transaction()
        self.rewind()
        raise WorkLost(f"the transaction was aborted: {cause.str()}") from error


def _known(position: Position | None) -> Position:
    if position is None:
        raise StreamError("a record without a position was polled")
    return position
