"""A real broker: what it keeps, where it listens, how it fails."""

import socket
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer

from mailroom.contracts.topics import Topic
from mailroom.embedded.kafka import Broker, BrokerFailed
from mailroom.embedded.ports import LOOPBACK, PortTaken
from mailroom.embedded.topics import TopicsMissing, ensure_topics

pytestmark = pytest.mark.kafka


def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    """Write records and wait until the broker has them."""
    producer = Producer({"bootstrap.servers": bootstrap})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(30.0) == 0


def consume(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    """Read the first records of a topic, sorted."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "test", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    messages = consumer.consume(count, timeout=30.0)
    consumer.close()
    return sorted((message.value() for message in messages), key=repr)


def test_records_and_port_survive_a_restart(tmp_path: Path) -> None:
    """Stopping is not forgetting."""
    with Broker(tmp_path / "kafka", tmp_path / "kafka.log") as first:
        ensure_topics(first.bootstrap)
        produce(first.bootstrap, Topic.RAW, [b"one", b"two"])
        address = first.bootstrap
    with Broker(tmp_path / "kafka", tmp_path / "kafka.log") as second:
        assert second.bootstrap == address
        assert consume(second.bootstrap, Topic.RAW, 2) == [b"one", b"two"]


def test_another_port_is_found_when_the_old_one_was_taken(tmp_path: Path) -> None:
    """The data does not depend on where the broker listens."""
    with Broker(tmp_path / "kafka", tmp_path / "kafka.log") as first:
        ensure_topics(first.bootstrap, names=["a"])
        produce(first.bootstrap, "a", [b"one"])
        port = int(first.bootstrap.rpartition(":")[2])
    with (
        socket.create_server((LOOPBACK, port)),
        Broker(tmp_path / "kafka", tmp_path / "kafka.log") as second,
    ):
        assert second.bootstrap != f"{LOOPBACK}:{port}"
        assert consume(second.bootstrap, "a", 1) == [b"one"]


def test_a_port_that_was_asked_for_and_is_taken_is_refused(tmp_path: Path) -> None:
    """In one line, before anything is started."""
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=f"^port {port} is taken by another program"):
            Broker(tmp_path / "kafka", tmp_path / "kafka.log", port=port).start()


def test_two_brokers_never_share_a_folder(tmp_path: Path) -> None:
    """The second one ends, and the message says why and names its log."""
    with Broker(tmp_path / "kafka", tmp_path / "kafka.log"):
        second = Broker(tmp_path / "kafka", tmp_path / "second.log")
        second.start()
        with pytest.raises(BrokerFailed) as raised:
            second.wait_ready(60.0)
        second.stop()
    message = str(raised.value)
    assert message.startswith("Kafka did not start: ")
    assert str(tmp_path / "second.log") in message
    assert "\n" not in message


def test_topics_are_created_once(broker: Broker, unique: str) -> None:
    """What exists stays as it is, whatever is asked for later."""
    assert ensure_topics(broker.bootstrap, partitions=3, names=[unique]) == {unique: 3}
    assert ensure_topics(broker.bootstrap, partitions=5, names=[unique]) == {unique: 3}


def test_no_topic_is_made_by_accident(broker: Broker, unique: str) -> None:
    """A misspelt topic is an error at the producer, not a topic that nobody reads."""
    producer = Producer({"bootstrap.servers": broker.bootstrap, "message.timeout.ms": 2_000})
    errors: list[object] = []
    producer.produce(unique, b"x", on_delivery=lambda error, _: errors.append(error))
    producer.flush(30.0)
    assert [str(error) != "None" for error in errors] == [True]


def test_topics_without_a_broker_are_refused_in_one_line() -> None:
    """The message says whom it asked."""
    with pytest.raises(TopicsMissing, match=r"^the broker at 127\.0\.0\.1:1 does not answer .* is it up\?$"):
        ensure_topics("127.0.0.1:1", timeout_seconds=0.5)


def test_a_stopped_broker_is_not_ready(tmp_path: Path) -> None:
    """Readiness is asked of the broker, not remembered."""
    with Broker(tmp_path / "kafka", tmp_path / "kafka.log") as broker:
        assert broker.is_ready()
    assert not broker.is_ready()
