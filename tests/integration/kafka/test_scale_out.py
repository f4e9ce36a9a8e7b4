"""Several instances of the classifier on one broker, while they come and go."""

import json
import signal
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from mailroom.embedded.kafka import Broker
from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from tests.integration.kafka.world import Answers, classifier, is_ready, records, send, until

pytestmark = pytest.mark.kafka

PARTITIONS = 6
COUNT = 6_000
FIRST = 3_000


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[KafkaSettings]:
    """A broker whose topics have more partitions than there are instances."""
    with Broker(tmp_path / "data", tmp_path / "kafka.log") as running:
        ensure_topics(running.bootstrap, partitions=PARTITIONS)
        yield KafkaSettings(bootstrap=running.bootstrap)


@dataclass
class Instances:
    """Instances of the service, by name."""

    kafka: KafkaSettings
    package: Path
    folder: Path
    stack: ExitStack

    def start(self, name: str) -> "subprocess.Popen[str]":
        """Start one and wait until it reads."""
        variables = {"MAILROOM_CLASSIFIER__INSTANCE": name, "MAILROOM_TELEMETRY__METRICS_PORT": "0"}
        process = self.stack.enter_context(
            classifier(self.kafka, self.package, self.folder / name, **variables)
        )
        until(partial(is_ready, process, self.folder / name), f"{name} ready")
        return process

    def samples(self, name: str, metric: str) -> list[Sample]:
        """What an instance exposes of one metric."""
        port = json.loads((self.folder / name / "ready").read_text())["metrics_port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            families = text_string_to_metric_families(answer.read().decode())
        return [sample for family in families for sample in family.samples if sample.name == metric]

    def labelled(self, name: str) -> float:
        """How many texts an instance has labelled."""
        return sum(sample.value for sample in self.samples(name, "mailroom_documents_classified_total"))

    def lags(self, name: str) -> dict[str, float]:
        """Records that wait, by partition of the texts that an instance reads."""
        samples = self.samples(name, "mailroom_consumer_lag_records")
        return {s.labels["partition"]: s.value for s in samples if s.labels["topic"] == "documents.text"}


def test_instances_share_the_work_while_one_is_killed_and_one_is_added(
    kafka: KafkaSettings, package: Path, tmp_path: Path
) -> None:
    """Of three instances one is killed and a fourth comes: each of 6,000 records is answered exactly once."""
    answers = Answers(kafka)
    with ExitStack() as stack:
        instances = Instances(kafka, package, tmp_path, stack)
        processes = {name: instances.start(name) for name in ("a", "b", "c")}
        send(kafka, records(range(FIRST)))
        until(lambda: all(instances.labelled(name) for name in "abc"), "work for all three")
        processes["b"].send_signal(signal.SIGKILL)
        assert processes.pop("b").wait(10) == -signal.SIGKILL
        assert not answers.at_least(FIRST), "it had finished before one was killed"
        processes["d"] = instances.start("d")
        send(kafka, records(range(FIRST, COUNT)))
        until(partial(answers.at_least, COUNT), "the last answer")
        until(answers.nothing_follows, "the end of the topics")
        until(lambda: _all_shown_once(instances, "acd"), "each partition shown by one instance, without lag")
        for process in processes.values():
            process.terminate()
        summaries = {
            name: json.loads(process.communicate(timeout=20)[0]) for name, process in processes.items()
        }
    answers.close()
    assert [process.returncode for process in processes.values()] == [0, 0, 0]
    assert all(summary["text"]["labelled"] for summary in summaries.values()), summaries
    assert Counter(answers.keys) == Counter({f"d{n}".encode(): 1 for n in range(COUNT)})
    assert answers.topics == {"documents.classified": 5940, "documents.dead-letter": 60}


def _all_shown_once(instances: Instances, names: str) -> bool:
    lags = [instances.lags(name) for name in names]
    shown = sorted(partition for each in lags for partition in each)
    return shown == ["0", "1", "2", "3", "4", "5"] and not any(lag for each in lags for lag in each.values())
