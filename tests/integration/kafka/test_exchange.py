"""Two members of one group on a real broker, and work that was open when partitions moved."""

import pytest

from mailroom.contracts.records import Record
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from mailroom.streams import StreamError, WorkLost
from mailroom.streams.kafka import KafkaReader, KafkaSink
from mailroom.streams.kafka_exchange import KafkaExchange
from tests.integration.kafka.world import until

pytestmark = pytest.mark.kafka

COUNT = 40


class Hand:
    """What one member holds."""

    def __init__(self, exchange: KafkaExchange) -> None:
        self.exchange = exchange
        self.records: list[Record] = []

    def take(self) -> int:
        """Poll once more; how many are held now."""
        self.records += self.exchange.poll(COUNT, 0.1)
        return len(self.records)

    def answer(self, target: str, value: bytes) -> int:
        """Commit an answer to each; how many there were."""
        held, self.records = self.records, []
        self.exchange.commit([Record(target, record.key, value) for record in held])
        return len(held)


def fill(kafka: KafkaSettings, topic: str) -> None:
    """Write the input."""
    sink = KafkaSink(kafka)
    for number in range(COUNT):
        sink.send(Record(topic, b"%d" % number, b"value"))
    sink.flush(30)
    sink.close()


def read(kafka: KafkaSettings, topic: str) -> list[Record]:
    """All committed records of a topic."""
    reader, seen = KafkaReader(kafka, [topic]), list[Record]()

    def read_on() -> bool:
        seen.extend(reader.poll(COUNT, 0.1))
        return reader.caught_up()

    until(read_on, "the end of the answers")
    reader.close()
    return seen


def test_work_on_a_partition_that_moved_is_lost_not_doubled(kafka: KafkaSettings, unique: str) -> None:
    """What one member holds uncommitted when another takes a partition over is refused, and answered once."""
    source, target = f"in-{unique}", f"out-{unique}"
    ensure_topics(kafka.bootstrap, names=[source, target], partitions=2)
    fill(kafka, source)
    first, second = (Hand(KafkaExchange(kafka, [source], unique, name)) for name in ("first", "second"))
    try:
        until(lambda: first.take() == COUNT, "all records in one hand")
        until(lambda: first.take() > 0 and second.take() > 0, "a partition in the other's hand")
        with pytest.raises(WorkLost, match="a partition went to another instance"):
            first.answer(target, b"doubled")
        answered = [second.answer(target, b"once")]

        def all_answered() -> bool:
            answered.extend(hand.answer(target, b"once") for hand in (first, second) if hand.take())
            return sum(answered) >= COUNT

        until(all_answered, "an answer to each")
    finally:  # a group consumer that is left to the collector may hang in it
        for hand in (first, second):
            hand.exchange.close()
    seen = read(kafka, target)
    assert sorted(int(record.key or b"") for record in seen) == list(range(COUNT))
    assert {record.value for record in seen} == {b"once"}


def test_two_instances_of_one_name_are_told_apart(kafka: KafkaSettings, unique: str) -> None:
    """The later one goes on; the earlier one ends with the mend, and nothing of its work is seen."""
    source, target = f"in-{unique}", f"out-{unique}"
    ensure_topics(kafka.bootstrap, names=[source, target], partitions=1)
    fill(kafka, source)
    first = Hand(KafkaExchange(kafka, [source], unique, "same"))
    until(lambda: first.take() == COUNT, "all records in one hand")
    second = Hand(KafkaExchange(kafka, [source], unique, "same"))
    with pytest.raises(StreamError, match=r"give each running instance a `classifier\.instance` of its own"):
        first.answer(target, b"fenced")
    first.exchange.close()
    until(lambda: second.take() == COUNT, "all records in the other's hand")
    assert second.answer(target, b"once") == COUNT
    second.exchange.close()
    assert [record.value for record in read(kafka, target)] == [b"once"] * COUNT
