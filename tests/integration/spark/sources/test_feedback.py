"""Labels that people confirmed, from a real topic, with texts from an object store."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailroom.contracts.codec import encode
from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Feedback, Record
from mailroom.contracts.records import Source as Original
from mailroom.embedded.ports import any_free
from mailroom.embedded.topics import ensure_topics
from mailroom.objects import ObjectStore
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import LogUnavailable
from mailroom.streams.kafka import KafkaSink
from tests.integration.spark.sources.reading import LABELS
from training.documents import LabelledDocument
from training.sources import check, materialise
from training.sources.feedback import ConfirmedLabels

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def judged(
    name: str, label: str, day: int, *, text: str | None = None, dataref: str | None = None
) -> Feedback:
    """A person's judgement."""
    original = Original(
        "documents.raw", 0, 7, "text/html", 9, "0" * 64, "2026-01-01T00:00:00Z", dataref=dataref
    )
    at = f"2026-02-{day:02}T10:00:00Z"
    return Feedback(name, label, "other", "ada", at, original, text_ref=text)


def publish(kafka: KafkaSettings, topic: str, judgements: list[Feedback]) -> None:
    """Put judgements into a topic, which is made first."""
    ensure_topics(kafka.bootstrap, names=[topic])
    sink = KafkaSink(kafka)
    for item in judgements:
        sink.send(Record(topic, item.id.encode(), encode(item)))
    sink.flush(30)
    sink.close()


def source(kafka: KafkaSettings, topic: str, **settings: Any) -> ConfirmedLabels:
    """The source of a topic."""
    return ConfirmedLabels(kafka=kafka, topic=topic, **settings)


def test_the_last_judgement_counts(
    spark: "SparkSession", kafka: KafkaSettings, tmp_path: Path, unique: str
) -> None:
    """The text is the one that was kept, or the original as production reads it; a label taken back is none."""
    store = ObjectStore(f"file://{tmp_path}/objects")
    text, page = store.put(b"Due now."), store.put(b"<html><body><p>Hello.</p></body></html>")
    feedback = [
        judged("a", "invoice", 3, text=text),
        judged("a", "other", 2, text=text),
        judged("b", "invoice", 1, dataref=page),
        judged("b", "other", 4, dataref=page),
        judged("c", "invoice", 1, text=text),
        replace(judged("c", "invoice", 2, text=text), withdrawn=True),
    ]
    publish(kafka, unique, feedback)
    labels = source(kafka, unique, name="people")
    labels.prepare()
    assert check(spark, [labels], LABELS) == {"invoice": 1, "other": 1}
    assert materialise(spark, [labels], tmp_path / "data").documents() == [
        LabelledDocument("a", "invoice", "Due now.", "people"),
        LabelledDocument("b", "other", "Hello.", "people", path=page.removeprefix("file://")),
    ]


def test_documents_without_text_are_told_or_left_out(kafka: KafkaSettings, unique: str) -> None:
    """A judgement on a document of which nothing was kept teaches nothing."""
    publish(kafka, unique, [judged("a", "invoice", 1)])
    with pytest.raises(
        UsageError, match=r"of 1 documents neither text nor original was kept: leave them out with"
    ):
        source(kafka, unique).prepare()
    with pytest.raises(UsageError, match="no confirmed labels yet"):
        source(kafka, unique, without_text="skip").prepare()


def test_a_log_that_does_not_answer_is_told() -> None:
    """Without a broker the message says so."""
    nowhere = KafkaSettings(bootstrap=f"127.0.0.1:{any_free()}")
    with pytest.raises(LogUnavailable, match="no Kafka broker answers at"):
        source(nowhere, "documents.feedback").prepare()
