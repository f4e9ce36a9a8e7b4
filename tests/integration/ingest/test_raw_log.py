"""The raw log in memory and in Kafka keep the same promises."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from ingest.errors import FolderTaken
from ingest.watch.kafka_raw_log import KafkaRawLog
from ingest.watch.memory_raw_log import MemoryRawLog
from ingest.watch.raw_log import RawLog, Refused
from mailroom.contracts.records import Record
from mailroom.contracts.topics import MAX_RECORD_BYTES, Topic
from mailroom.embedded.topics import ensure_topics, quiet
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import LogUnavailable


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest, unique: str) -> Iterator[RawLog]:
    """A raw log of either kind."""
    if request.param == "memory":
        yield MemoryRawLog(refused=frozenset({f"{unique}-huge"}))
        return
    kafka: KafkaSettings = request.getfixturevalue("kafka")
    ensure_topics(kafka.bootstrap, names=[Topic.RAW])
    found = KafkaRawLog(kafka, unique)
    yield found
    found.close()


def record(identifier: str, size: int = 1) -> Record:
    """A record with an id."""
    return Record(Topic.RAW, identifier.encode(), bytes(size), (("ce_id", identifier.encode()),))


def test_what_was_appended_is_found_where_it_was_said_to_be(log: RawLog, unique: str) -> None:
    """Positions come in the order of the records, and `find` agrees with them."""
    since = log.ends()
    first, second = f"{unique}-1", f"{unique}-2"
    positions = log.append([record(first), record(second)])
    assert log.find([first, second, "unknown"], since) == dict(zip([first, second], positions, strict=True))


def test_what_lies_before_the_given_ends_is_not_found(log: RawLog, unique: str) -> None:
    """A look-up reads only what came since."""
    log.append([record(unique)])
    assert log.find([unique], log.ends()) == {}


def test_a_refused_record_takes_its_neighbours_along_and_the_log_goes_on(log: RawLog, unique: str) -> None:
    """Nothing of the batch is in the log; the rest can be appended afterwards."""
    since = log.ends()
    good, huge = record(unique), record(f"{unique}-huge", 40 * 1024 * 1024)
    with pytest.raises(Refused) as caught:
        log.append([good, huge])
    assert caught.value.index == 1
    assert log.find([unique, f"{unique}-huge"], since) == {}
    log.append([good])
    assert set(log.find([unique, f"{unique}-huge"], since)) == {unique}


@pytest.mark.kafka
def test_the_broker_refuses_alone_too(kafka: KafkaSettings, unique: str) -> None:
    """What the client would send and the broker does not take names the record as well."""
    ensure_topics(kafka.bootstrap, names=[Topic.RAW])
    log = KafkaRawLog(kafka, unique)
    small = record(unique)
    large = Record(Topic.RAW, b"k", secrets.token_bytes(3 * 1024 * 1024), ())
    with limited(kafka, 2 * 1024 * 1024):
        with pytest.raises(Refused) as caught:
            log.append([small, large])
        assert caught.value.index == 1
        assert len(log.append([small])) == 1
    log.close()


@contextmanager
def limited(kafka: KafkaSettings, size: int) -> Iterator[None]:
    """The raw topic of a broker that takes less than the client would send."""
    limit_raw_topic(kafka, size)
    try:
        yield
    finally:
        limit_raw_topic(kafka, MAX_RECORD_BYTES)


def limit_raw_topic(kafka: KafkaSettings, size: int) -> None:
    """Set the largest record that the raw topic takes."""
    entry = ConfigEntry("max.message.bytes", str(size), incremental_operation=AlterConfigOpType.SET)
    topic = ConfigResource(ResourceType.TOPIC, str(Topic.RAW), incremental_configs=[entry])
    admin = AdminClient(quiet(kafka.bootstrap))
    for done in admin.incremental_alter_configs([topic]).values():
        done.result(20)


@pytest.mark.kafka
def test_a_successor_fences_its_predecessor(kafka: KafkaSettings, unique: str) -> None:
    """Two writers of one name cannot both write: the older one learns it."""
    ensure_topics(kafka.bootstrap, names=[Topic.RAW])
    elder = KafkaRawLog(kafka, unique)
    elder.append([record(unique)])
    younger = KafkaRawLog(kafka, unique)
    younger.append([record(unique)])
    with pytest.raises(FolderTaken):
        elder.append([record(unique)])
    younger.close()


@pytest.mark.kafka
def test_no_broker_is_told(kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection fails with the project's own error."""
    monkeypatch.setattr("ingest.watch.kafka_raw_log.TIMEOUT_SECONDS", 1.5)
    nobody = kafka.model_copy(update={"bootstrap": "127.0.0.1:1"})
    with pytest.raises(LogUnavailable, match="is the broker up"):
        KafkaRawLog(nobody, "w")
