"""Dead letters whose cause is mended, sent again through the real job and the real classifier: all end labelled."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.dead_letters.commands import app
from mailroom.objects import ObjectStore
from mailroom.settings import KafkaSettings
from tests.integration.flink.conftest import Flow, Job
from tests.integration.kafka.world import Answers, classifier, until, word_package

pytestmark = [pytest.mark.flink, pytest.mark.kafka, pytest.mark.timeout(400)]

TEXTS = [f"an invoice for order {number}".encode() for number in range(20)]


@pytest.fixture
def answers(topics: KafkaSettings) -> Iterator[Answers]:
    """All labels and dead letters."""
    found = Answers(topics)
    yield found
    found.close()


def verb(kafka: KafkaSettings, *words: str) -> dict[str, Any]:
    """What a verb answers."""
    result = CliRunner().invoke(app, [*words, "--json", "--profile", kafka.bootstrap])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_after_mending_a_cause_all_end_labelled(
    topics: KafkaSettings, job: Job, flow: Flow, answers: Answers, tmp_path: Path
) -> None:
    """Originals that were missing are put back: what is redriven is labelled, what fails again carries its count."""
    store = ObjectStore(f"file://{job.home / 'objects'}")
    with classifier(topics, word_package(tmp_path / "words"), tmp_path, MAILROOM_OBJECTS__URI=store.uri):
        job.start()
        flow.send(*(referring(store, text) for text in TEXTS))
        job.wait_ready()
        until(lambda: answers.at_least(20), "20 dead letters")
        assert verb(topics, "list")["by_reason"] == {"original-missing": 20}

        for text in TEXTS[:-1]:
            store.put(text)
        assert verb(topics, "redrive", "--reason", "original-missing")["count"] == 20
        until(lambda: answers.at_least(40), "19 labels and a dead letter")
        assert answers.topics == {Topic.CLASSIFIED: 19, Topic.DEAD_LETTER: 21}
        [failed] = verb(topics, "list")["letters"]
        assert (failed["id"], failed["redrive"]) == ("d19", 1)

        store.put(TEXTS[-1])
        [again] = verb(topics, "redrive", "--id", "d19")["redriven"]
        assert (again["redrive"], again["taken_from"]) == (2, "original")
        until(lambda: answers.at_least(41), "the last label")
        assert answers.nothing_follows()
    assert answers.topics == {Topic.CLASSIFIED: 20, Topic.DEAD_LETTER: 21}
    assert verb(topics, "list")["count"] == 0


def referring(store: ObjectStore, text: bytes) -> Record:
    """A record that refers to an original that is not there yet."""
    digest = hashlib.sha256(text).hexdigest()
    identifier = f"d{TEXTS.index(text)}".encode()
    headers = (("ce_id", identifier), ("ce_dataref", f"{store.uri}/{digest[:2]}/{digest}".encode()))
    return Record(Topic.RAW, identifier, b"", headers)
