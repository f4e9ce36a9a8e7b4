"""The classifier's image as the Kafka door: a broker's own image beside it, in a network of theirs."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from testcontainers.core.network import Network

from mailroom.embedded.ports import any_free
from mailroom.embedded.topics import answering_cluster
from mailroom.settings import KafkaSettings
from tests.conftest import Until
from tests.integration.docker.conftest import ROOT
from tests.integration.docker.containers import Running, started
from tests.integration.kafka.world import Answers, records, send

pytestmark = [pytest.mark.docker, pytest.mark.kafka, pytest.mark.timeout(900)]

COUNT = 300


@dataclass(frozen=True)
class Log:
    """A broker that containers of a network know as `kafka:9092`.

    Attributes:
        network: That network.
        settings: How it is reached from this machine.
    """

    network: Network
    settings: KafkaSettings

    @property
    def variables(self) -> dict[str, str]:
        """What a container's variables say of it."""
        return {"MAILROOM_KAFKA__BOOTSTRAP": "kafka:9092"}


@pytest.fixture(scope="module")
def log(engine: None) -> Iterator[Log]:
    """A broker without topics."""
    port = any_free()
    variables = {
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_NODE_ID": "1",
        "KAFKA_LISTENERS": "CONTAINERS://:9092,CONTROLLER://:9093,MACHINE://:9094",
        "KAFKA_ADVERTISED_LISTENERS": f"CONTAINERS://kafka:9092,MACHINE://127.0.0.1:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": (
            "CONTAINERS:PLAINTEXT,CONTROLLER:PLAINTEXT,MACHINE:PLAINTEXT"
        ),
        "KAFKA_INTER_BROKER_LISTENER_NAME": "CONTAINERS",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }
    logging = {"/mnt/shared/config": str(ROOT / "deploy/compose/kafka")}
    with (
        Network() as network,
        started(
            "apache/kafka:4.3.1",
            published={9094: port},
            environment=variables,
            volumes=logging,
            network=network,
            alias="kafka",
            read_only=False,
        ),
    ):
        yield Log(network, KafkaSettings(bootstrap=f"127.0.0.1:{port}"))


@pytest.fixture
def topics(log: Log, classifier_image: str, until: Until) -> Log:
    """That broker with all topics, made by the image's own verb."""
    assert until(lambda: answering_cluster(log.settings.bootstrap) is not None)
    with started(
        classifier_image, "topics", "--json", environment=log.variables, network=log.network
    ) as verb:
        assert verb.ended() == 0, verb.said
        assert json.loads(verb.said)["documents.classified"] == 2
    return log


def answered(door: Running) -> str:
    """What its metrics say."""
    return httpx.get(door.url("/metrics", 9464)).text


def test_it_labels_from_kafka_to_kafka_and_ends_when_it_is_told(
    topics: Log, classifier_image: str, until: Until
) -> None:
    """Each document once, broken ones among the dead letters; healthy meanwhile, status 0 at the end."""
    send(topics.settings, records(range(COUNT)))
    answers = Answers(topics.settings)
    with started(
        classifier_image,
        "classify-stream",
        ports=[9464],
        environment=topics.variables,
        network=topics.network,
    ) as door:
        assert until(lambda: answers.at_least(COUNT)), door.said
        assert until(lambda: door.health == "healthy"), door.said
        assert "mailroom_documents_classified_total" in answered(door)
        assert until(answers.nothing_follows)
        assert door.stop(seconds=20) == 0
        assert "Traceback" not in door.said
    answers.close()
    assert Counter(answers.keys) == Counter({f"d{n}".encode(): 1 for n in range(COUNT)})
    assert answers.topics == {"documents.classified": 297, "documents.dead-letter": 3}


def test_without_a_broker_it_says_so(classifier_image: str) -> None:
    """One line that names the address and the mend, and status 1."""
    variables = {"MAILROOM_KAFKA__BOOTSTRAP": "127.0.0.1:1"}
    with started(classifier_image, "classify-stream", environment=variables) as door:
        assert door.ended() == 1
        [line] = [line for line in door.said.splitlines() if line.startswith("mailroom: ")]
        assert line.startswith("mailroom: no Kafka broker answers at 127.0.0.1:1: start one with")
        assert "Traceback" not in door.said
