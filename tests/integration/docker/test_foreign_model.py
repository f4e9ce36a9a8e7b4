"""The documentation's example of a foreign model, as a container behind the Kafka door."""

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from mailroom.embedded.ports import any_free
from mailroom.settings import KafkaSettings
from tests.integration.docker.conftest import told
from tests.integration.kafka.world import Answers, classifier, foreign_model, own_broker, records, send, until

pytestmark = [pytest.mark.docker, pytest.mark.kafka]

COUNT = 1_000
IMAGE = "mailroom/foreign-model:test"
FOLDER = "docs/foreign-model"


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[KafkaSettings]:
    """A broker of this test's own."""
    with own_broker(tmp_path) as running:
        yield running


@contextmanager
def container(port: int) -> Iterator[str]:
    """The example, built and started as its page says; its name."""
    told(["docker", "build", "--quiet", "--tag", IMAGE, FOLDER])
    name = f"mailroom-foreign-{uuid.uuid4().hex[:8]}"
    told(
        [
            "docker",
            "run",
            "--detach",
            "--read-only",
            "--publish",
            f"127.0.0.1:{port}:8080",
            "--name",
            name,
            IMAGE,
        ]
    )
    try:
        yield name
    finally:
        told(["docker", "rm", "--force", name])


@pytest.mark.usefixtures("engine")
def test_a_container_that_nobody_trained_labels_and_is_killed(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Its container killed and started again among 1,000 records: each is answered once, only broken ones refused."""
    port = any_free()
    send(kafka, records(range(COUNT)))
    answers = Answers(kafka)
    with container(port) as model, classifier(kafka, tmp_path, tmp_path, **foreign_model(port)) as process:
        until(partial(answers.at_least, 50), "50 answers")
        told(["docker", "kill", model])
        assert not answers.at_least(COUNT), "it had finished before the model was killed"
        told(["docker", "start", model])
        until(partial(answers.at_least, COUNT), "the last answer")
        until(answers.nothing_follows, "the end of the topics")
        process.terminate()
        process.communicate(timeout=20)
    answers.close()
    assert process.returncode == 0
    assert Counter(answers.keys) == Counter({f"d{n}".encode(): 1 for n in range(COUNT)})
    assert answers.topics == {"documents.classified": 990, "documents.dead-letter": 10}
