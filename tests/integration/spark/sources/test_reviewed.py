"""From a clerk's act to a row that training learns from, through the database and a real topic."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from departments.desks import ActKind
from departments.projection.reading import Labelled, labelled
from departments.projection.writing import Projector, Read
from departments.review.publisher import Publisher
from departments.review.recording import ActRequest
from departments.review.reviews import Reviews
from departments.review.texts import Texts
from departments.rules import desk_rules
from departments.store.engine import open_store
from mailroom.contracts.codec import encode
from mailroom.contracts.records import Candidate, Classification, ModelReference, Record, Source
from mailroom.desk_settings import DesksSettings
from mailroom.embedded.topics import ensure_topics
from mailroom.objects import ObjectStore
from mailroom.settings import KafkaSettings, Settings
from mailroom.streams.kafka import KafkaSink
from training.sources import materialise
from training.sources.feedback import ConfirmedLabels

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REVIEWED, CORRECTED, UNREVIEWED = 500, 100, 5_000


def label(number: int, objects: ObjectStore) -> Labelled:
    """The model takes everything for an invoice; of the first ones it is not sure."""
    decision = "review" if number < REVIEWED else "auto"
    text = f"Letter number {number}.".encode()
    source = Source(
        "documents.raw", 0, number, "text/plain", len(text), hashlib.sha256(text).hexdigest(),
        "2026-01-01T00:00:00.000Z", dataref=objects.put(text) if decision == "review" else None,
    )  # fmt: skip
    found = Classification(
        f"d{number:04}", "invoice", 0.5, (Candidate("invoice", 0.5),), decision, "accounts-payable", "en",
        ModelReference("text", "1", "0" * 64), source, "2026-01-01T00:00:01.000Z", "2026-01-01T00:00:02.000Z",
    )  # fmt: skip
    return labelled(Record("documents.classified", found.id.encode(), encode(found)))


def test_what_people_said_is_learned_and_what_the_model_said_is_not(
    spark: "SparkSession", kafka: KafkaSettings, tmp_path: Path, unique: str
) -> None:
    """Of 5,500 labels 500 were reviewed, 100 of them corrected: 500 rows, with the labels that people gave."""
    objects = ObjectStore(f"file://{tmp_path}/objects")
    url = SecretStr(f"sqlite:///{tmp_path}/departments.db")
    settings = Settings(kafka=kafka, desks=DesksSettings(database=url))
    store = open_store(settings.desks)
    labels = [label(number, objects) for number in range(REVIEWED + UNREVIEWED)]
    Projector(store, desk_rules(settings)).write([Read(item.record, item) for item in labels])

    reviews = Reviews.of(store, settings)
    for number in range(REVIEWED):
        claim = reviews.claim("ada")
        assert claim is not None
        kind, said = (ActKind.CORRECT, "offer") if number < CORRECTED else (ActKind.CONFIRM, None)
        reviews.act(ActRequest(claim.document_id, kind, "ada", said, claim.token, claim.revision))
    assert reviews.claim("ada") is None

    ensure_topics(kafka.bootstrap, names=[unique])
    publisher = Publisher(store, Texts(objects), lambda: KafkaSink(kafka), unique)
    while publisher.publish():
        pass
    publisher.close()
    store.close()

    source = ConfirmedLabels(kafka=kafka, topic=unique, name="people")
    source.prepare()
    rows = materialise(spark, [source], tmp_path / "data").documents()
    assert Counter(row.label for row in rows) == {"invoice": 400, "offer": 100}
    assert {row.id for row in rows} == {f"d{number:04}" for number in range(REVIEWED)}
    assert all(row.text == f"Letter number {int(row.id[1:])}." for row in rows)
