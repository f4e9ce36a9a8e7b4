"""The log under test: in memory, a real broker, and a server that speaks for Kinesis."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroom.contracts.topics import Topic
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings, KinesisSettings
from mailroom.streams.kinesis_setup import ensure_streams
from tests.contract.world import INPUT, OUTPUT, InMemory, Log, OnKafka, OnKinesis, World


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka), "kinesis"])
def log(request: pytest.FixtureRequest) -> Log:
    """An empty log of each kind."""
    if request.param == "memory":
        return InMemory()
    if request.param == "kinesis":
        return on_kinesis(
            request.getfixturevalue("kinesis"),
            request.getfixturevalue("tmp_path"),
            request.getfixturevalue("unique"),
        )
    settings: KafkaSettings = request.getfixturevalue("kafka")
    found = OnKafka(settings, request.getfixturevalue("unique"))
    ensure_topics(settings.bootstrap, partitions=1, names=[found.topic(INPUT), found.topic(OUTPUT)])
    return found


@pytest.fixture
def world(log: Log) -> Iterator[World]:
    """A log with its two topics; everything is closed afterwards."""
    found = World(log)
    yield found
    found.close()


def on_kinesis(kinesis: KinesisSettings, folder: Path, unique: str) -> OnKinesis:
    """Two streams that are nobody else's."""
    mine = kinesis.model_copy(update={"prefix": f"{unique}-"})
    ensure_streams(mine, shards=1, names=[INPUT, OUTPUT, Topic.DEAD_LETTER])
    return OnKinesis(mine, f"file://{folder}/objects", unique)
