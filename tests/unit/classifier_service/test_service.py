"""The service: doors side by side, on a log in memory."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from classifier_service import service as module
from classifier_service.errors import ServiceFailed
from classifier_service.service import Service, build, load_model
from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.extract.reading.reader import EngineReader
from mailroom.settings import ClassifierSettings, ObjectStoreSettings, Settings, load_settings
from mailroom.streams import DeliveryFailed, Exchange
from mailroom.streams.clock import FakeClock
from mailroom.streams.memory import MemoryExchange, MemoryLog
from tests.unit.classifier_service.fakes import (
    FakeEngine,
    FakeModel,
    page,
    scanned_document,
    scanned_record,
    text_document,
    text_record,
)

DEADLINE_SECONDS = 20.0
ONE_AT_A_TIME = Settings(classifier=ClassifierSettings(ocr_workers=1))


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition of another thread."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


def service_on(
    log: MemoryLog, *, wrap: Callable[[Exchange], Exchange] = lambda exchange: exchange
) -> Service:
    """A service wired with fakes."""

    def connect(topic: Topic, name: str, _: int) -> Exchange:
        return wrap(MemoryExchange(log, [topic], name))

    return build(
        ONE_AT_A_TIME,
        model=FakeModel(),
        connect=connect,
        reader=EngineReader(FakeEngine()),
        clock=FakeClock(),
    )


def filled() -> MemoryLog:
    """Two texts and a scan."""
    log = MemoryLog(FakeClock())
    log.append(text_record(text_document("pay", "t1")))
    log.append(text_record(text_document("offer", "t2")))
    log.append(scanned_record(scanned_document(page(), "s1")))
    return log


def test_both_topics_are_answered() -> None:
    """Texts and scans get their labels; after the stop every door has finished."""
    log = filled()
    service = service_on(log)

    def ready() -> None:
        until(lambda: len(log.topics[Topic.CLASSIFIED]) == 3)
        service.stop.set()

    assert service.run(ready) is True
    assert {record.key for record in log.topics[Topic.CLASSIFIED]} == {b"t1", b"t2", b"s1"}
    summary = service.summary()
    assert (summary["text"]["labelled"], summary["scanned"]["labelled"]) == (2, 1)


def test_a_scan_that_takes_long_holds_up_neither_texts_nor_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a page is being read texts get their labels; a stop does not wait for the page, which is read again."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.05)
    log, reading, release = filled(), threading.Event(), threading.Event()
    service = service_on(log)
    [scanned] = [door for door in service.doors if door.name == "scanned"]

    def read_for_ever(documents: Sequence[object]) -> list[object]:
        reading.set()
        release.wait(DEADLINE_SECONDS)
        return []

    scanned._label = read_for_ever  # type: ignore[assignment]

    def ready() -> None:
        until(lambda: len(log.topics[Topic.CLASSIFIED]) == 2 and reading.is_set())
        service.stop.set()

    assert service.run(ready) is False
    assert log.positions["scanned", Topic.SCANNED] == 0
    release.set()


class Broken(MemoryExchange):
    """An exchange that raises instead of reading texts."""

    error: Exception = KeyError("please pay")

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Raise, for texts."""
        if Topic.TEXT in self.topics:
            raise self.error
        return super().poll(limit, timeout)


def test_a_door_that_fails_ends_the_service() -> None:
    """The other door stops, and the error comes out as it was raised."""

    class Gone(Broken):
        error = DeliveryFailed("the log is gone")

    log = filled()
    service = build(
        ONE_AT_A_TIME,
        model=FakeModel(),
        connect=lambda topic, name, _: Gone(log, [topic], name),
        reader=EngineReader(FakeEngine()),
        clock=FakeClock(),
    )
    with pytest.raises(DeliveryFailed, match="the log is gone"):
        service.run(lambda *_: pytest.fail("a service that fails is never ready"))
    assert service.stop.is_set()


def test_a_fault_of_ours_is_one_line_without_text() -> None:
    """An unexpected error names its kind and place, and quotes nothing."""
    log = filled()
    service = build(
        ONE_AT_A_TIME,
        model=FakeModel(),
        connect=lambda topic, name, _: Broken(log, [topic], name),
        reader=EngineReader(FakeEngine()),
        clock=FakeClock(),
    )
    with pytest.raises(
        ServiceFailed, match=r"^KeyError at test_service\.py:\d+: start .* again, and report it$"
    ):
        service.run()


def test_settings_reach_the_classifier(tmp_path: object) -> None:
    """The review threshold of the settings is the one that decides."""
    log = filled()
    settings = Settings(
        classifier=ClassifierSettings(review_below=0.99, batch_size=1, ocr_workers=1),
        objects=ObjectStoreSettings(uri=f"file://{tmp_path}"),
    )
    service = build(
        settings,
        model=FakeModel(),
        connect=lambda topic, name, _: MemoryExchange(log, [topic], name),
        reader=EngineReader(FakeEngine()),
        clock=FakeClock(),
    )
    [text, _] = service.doors
    assert [text.step() for _ in range(3)] == [1, 1, 0]
    assert text.tally.decisions == {"review": 2}


def test_without_a_package_nothing_starts() -> None:
    """The error says how to name one."""
    with pytest.raises(UsageError, match="give --package DIR or set MAILROOM_CLASSIFIER__PACKAGE"):
        load_model(None)


def test_a_door_alone_leaves_the_other_topic_to_another_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service for texts has no door for scans, and needs no OCR."""
    monkeypatch.setattr(module, "ocr_pool", lambda *_: pytest.fail("no scan is read here"))
    monkeypatch.setenv("MAILROOM_CLASSIFIER__DOORS", '["text"]')
    log = filled()

    def connect(topic: Topic, name: str, _: int) -> Exchange:
        return MemoryExchange(log, [topic], name)

    built = build(load_settings(), model=FakeModel(), connect=connect, clock=FakeClock())
    assert [door.name for door in built.doors] == ["text"]
