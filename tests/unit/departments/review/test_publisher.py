"""Acts become records of `documents.feedback`."""

import hashlib
from pathlib import Path

import pytest

from departments.desks import ActKind
from departments.review.publisher import Publisher
from departments.review.recording import ActRequest
from departments.review.reviews import Reviews
from departments.review.texts import Texts
from departments.store.engine import Store
from departments.store.tables import Document
from mailroom.contracts.codec import decode
from mailroom.contracts.records import Feedback, Record
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams.errors import DeliveryFailed
from mailroom.streams.memory import MemoryLog, MemorySink
from tests.unit.departments.documents import document, put
from tests.unit.departments.review.conftest import Time

LETTER = b"Please pay  12 EUR.\r\n"


class Log(MemorySink):
    """A log that a test can turn off: what it took then is not acknowledged."""

    up = True

    def flush(self, timeout: float) -> None:  # noqa: ARG002 - nothing to wait for
        """Acknowledge."""
        if not self.up:
            raise DeliveryFailed("the log is off")

    @property
    def records(self) -> list[Record]:
        """The judgements' records."""
        return self.log.topics["documents.feedback"]

    def said(self) -> list[Feedback]:
        """The judgements in it."""
        return [decode(Feedback, record.value) for record in self.records]


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    """Where originals are."""
    return ObjectStore(f"file://{tmp_path}/objects")


@pytest.fixture
def log() -> Log:
    """A log that works."""
    return Log(MemoryLog())


@pytest.fixture
def publisher(store: Store, objects: ObjectStore, log: Log) -> Publisher:
    """Publishes into that log."""
    return Publisher(store, Texts(objects), lambda: log)


@pytest.fixture(autouse=True)
def letter(store: Store, settings: Settings, objects: ObjectStore) -> Document:
    """A document whose original was kept."""
    digest = hashlib.sha256(LETTER).hexdigest()
    item = document("letter", decision="auto", dataref=objects.put(LETTER), sha256=digest, size=len(LETTER))
    put(store, settings, item)
    return item


def test_a_correction_says_who_and_when_and_what_it_is_about(
    reviews: Reviews, publisher: Publisher, log: Log, objects: ObjectStore
) -> None:
    """Its record has the act's id, so that whoever reads it twice knows it, and its text was kept."""
    done = reviews.act(ActRequest("letter", ActKind.CORRECT, "ada", "offer"))
    assert publisher.publish() == 1
    assert publisher.publish() == 0
    [record], [said] = log.records, log.said()
    assert (record.key, record.header("ce_id"), record.header("ce_type")) == (
        b"letter",
        done.id.encode(),
        b"mailroom.document.feedback",
    )
    assert (said.label, said.predicted, said.actor, said.at) == (
        "offer",
        "invoice",
        "ada",
        "2026-01-01T12:00:00.000Z",
    )
    assert said.text_ref is not None
    assert objects.get(said.text_ref, sha256=said.text_sha256) == b"Please pay 12 EUR."
    assert objects.get(str(said.source.dataref), sha256=said.source.sha256) == LETTER


def test_what_the_log_did_not_take_is_sent_again(reviews: Reviews, publisher: Publisher, log: Log) -> None:
    """Nothing is marked before the log has it; what it had all the same is known by the act's id."""
    done = reviews.act(ActRequest("letter", ActKind.CONFIRM, "ada"))
    log.up = False
    with pytest.raises(DeliveryFailed):
        publisher.publish()
    log.up = True
    publisher.close()
    assert publisher.publish() == 1
    assert {record.header("ce_id") for record in log.records} == {done.id.encode()}
    assert publisher.publish() == 0


def test_an_undone_judgement_is_taken_back(
    reviews: Reviews, publisher: Publisher, log: Log, time: Time
) -> None:
    """By what held before, and in the end by nothing; the label that was taken back is named."""
    reviews.act(ActRequest("letter", ActKind.CONFIRM, "ada"))
    reviews.act(ActRequest("letter", ActKind.CORRECT, "ada", "offer"))
    reviews.undo("ada")
    reviews.undo("ada")
    publisher.publish()
    assert [(said.label, said.withdrawn) for said in log.said()] == [
        ("invoice", False),
        ("offer", False),
        ("invoice", False),
        ("invoice", True),
    ]


def test_acts_without_a_judgement_are_not_published(reviews: Reviews, publisher: Publisher) -> None:
    """Nobody said what the document is."""
    reviews.act(ActRequest("letter", ActKind.HANDLED, "ada"))
    reviews.act(ActRequest("letter", ActKind.NOT_OURS, "ada"))
    assert publisher.publish() == 0


def test_a_document_that_cannot_be_read_is_judged_all_the_same(
    reviews: Reviews, publisher: Publisher, log: Log, store: Store, settings: Settings
) -> None:
    """Its record has no text: whoever learns from it says what to do about that."""
    put(store, settings, document("gone", decision="auto", dataref=None))
    reviews.act(ActRequest("gone", ActKind.CONFIRM, "ada"))
    publisher.publish()
    assert [(said.id, said.text_ref) for said in log.said()] == [("gone", None)]
