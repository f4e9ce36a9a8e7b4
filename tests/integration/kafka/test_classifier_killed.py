"""The classifier as a process, on a real broker, killed in the middle of its work."""

import json
import signal
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from mailroom.embedded.topics import ensure_topics
from mailroom.settings import KafkaSettings
from tests.integration.kafka.world import (
    DEADLINE_SECONDS,
    Answers,
    classifier,
    is_ready,
    records,
    send,
    until,
)

pytestmark = pytest.mark.kafka

COUNT = 2_000


def test_nothing_is_lost_or_doubled_when_the_classifier_is_killed(
    kafka: KafkaSettings, package: Path, tmp_path: Path
) -> None:
    """Killed twice among 2,000 records and started again, it answers each exactly once, the broken ones too."""
    ensure_topics(kafka.bootstrap)
    send(kafka, records(range(COUNT)))
    answers = Answers(kafka)
    for _ in range(2):
        with classifier(kafka, package, tmp_path) as process:
            until(partial(answers.at_least, len(answers.keys) + 50), "50 more answers")
            process.send_signal(signal.SIGKILL)
            assert process.wait(10) == -signal.SIGKILL
        assert len(answers.keys) < COUNT, "it had finished before it was killed"
    with classifier(kafka, package, tmp_path) as process:
        until(partial(is_ready, process, tmp_path), "ready")
        until(partial(answers.at_least, COUNT), "the last answer")
        until(answers.nothing_follows, "the end of the topics")
        process.terminate()
        output, _ = process.communicate(timeout=10)
    answers.close()
    assert process.returncode == 0
    assert json.loads(output)["text"]["labelled"] > 0, "the last run had nothing to do"
    assert Counter(answers.keys) == Counter({f"d{n}".encode(): 1 for n in range(COUNT)})
    assert answers.topics == {"documents.classified": 1980, "documents.dead-letter": 20}


def test_a_missing_broker_is_one_line(package: Path, tmp_path: Path) -> None:
    """Without a broker the service ends with status 1 and says how to mend it."""
    nowhere = KafkaSettings(bootstrap="127.0.0.1:1")
    with classifier(nowhere, package, tmp_path) as process:
        assert process.wait(DEADLINE_SECONDS) == 1
    [line] = [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("mailroom: ")]
    assert line.startswith("mailroom: no Kafka broker answers at 127.0.0.1:1: start one with")
