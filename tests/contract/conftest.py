"""The log under test: in memory, and a real broker."""

from collections.abc import Iterator

import pytest

from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from tests.contract.world import INPUT, OUTPUT, InMemory, Log, OnKafka, World


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest) -> Log:
    """An empty log of either kind."""
    if request.param == "memory":
        return InMemory()
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
