"""The law of conservation under kill -9: nothing is lost, nothing comes twice."""

import pytest

from mailroom.embedded.state import SystemState
from mailroom.following.follower import Follower
from mailroom.following.ledger import Ledger
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader, KafkaSink
from tests.disruption.world import kill, send, state, within

DOCUMENTS = 2_000

pytestmark = [pytest.mark.kafka, pytest.mark.flink, pytest.mark.timeout(600)]


def test_a_killed_classifier_and_a_killed_job_lose_and_double_nothing(up: SystemState) -> None:
    """2,000 documents, one in a hundred broken, four archives of two; both are killed, and the books balance."""
    kafka = KafkaSettings(bootstrap=up.bootstrap)
    ledger = Ledger()
    follower = Follower(KafkaReader(kafka, Follower.topics), ledger, lambda _: None)
    sink = KafkaSink(kafka)

    send(sink, range(700))
    follower.until(within(lambda: len(ledger.outcomes) > 100))
    kill("classifier")
    send(sink, range(700, 1_400))
    kill("flink")
    send(sink, range(1_400, DOCUMENTS))
    follower.until(within(lambda: ledger.settled(DOCUMENTS, DOCUMENTS + 20)))

    assert ledger.lost == set()
    assert ledger.doubled == set()
    assert ledger.duplicates == 20
    assert ledger.reasons == {"unknown-media-type": 4, "empty": 4, "null-value": 4, "malformed-header": 4}
    assert len(ledger.classified) == 1_988
    assert sum(outcome.parent is not None for outcome in ledger.classified) == 8
    restarts = {service.name: service.restarts for service in state().services}
    others = {"kafka": 0, "http": 0, "departments": 0, "console": 0}
    assert restarts == {"flink": 1, "classifier": 1, **others}
