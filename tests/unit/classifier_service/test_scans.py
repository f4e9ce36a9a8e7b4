"""Text of scanned pages."""

from pathlib import Path

import pytest

from classifier_service.classifier import Classifier
from classifier_service.kafka_door import KafkaDoor
from classifier_service.observing import Observer
from classifier_service.scans import PageLooks, ScanReader, look
from mailroom.contracts.dead_letters import read_failure
from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.topics import Topic
from mailroom.extract.reading import pool
from mailroom.extract.reading.reader import EngineReader
from mailroom.features.pages import HEIGHT, WIDTH
from mailroom.objects import ObjectStore
from mailroom.streams.clock import FakeClock
from mailroom.streams.memory import MemoryExchange, MemoryLog
from mailroom.telemetry.metrics import Metrics
from tests.unit.classifier_service.fakes import (
    DEPARTMENTS,
    FakeEngine,
    FakeModel,
    claimed,
    page,
    scanned_document,
    scanned_record,
)
from tests.unit.mailroom.extract_reading.test_pool import blank
from tests.unit.mailroom.telemetry.test_metrics import sample


def reader(tmp_path: Path, engine: FakeEngine, clock: FakeClock | None = None) -> ScanReader:
    """A reader with an empty store."""
    read = EngineReader(engine, (clock or FakeClock()).monotonic)
    return ScanReader(read, ObjectStore(f"file://{tmp_path}"), 1)


def reason(read: ScanReader, content: bytes | None, dataref: str | None = None) -> str:
    """Why a scan is refused."""
    with pytest.raises(MalformedRecord) as caught:
        read(claimed(scanned_document(content), dataref))
    return caught.value.reason


def test_what_was_read_is_cleansed(tmp_path: Path) -> None:
    """A reading goes through the same text rules as any other text, and its language is named."""
    engine = FakeEngine("Sehr geehrte Damen und Herren,\r\nwir bestel-\r\nlen hiermit zehn Stühle.")
    clean = reader(tmp_path, engine)(scanned_document(page()))
    assert clean.text == "Sehr geehrte Damen und Herren,\nwir bestellen hiermit zehn Stühle."
    assert clean.language == "de"


def test_a_claimed_original_is_fetched(tmp_path: Path) -> None:
    """Where the record has no content the object store's is read."""
    uri = ObjectStore(f"file://{tmp_path}").put(page())
    assert reader(tmp_path, FakeEngine("text"))(claimed(scanned_document(None), uri)).text == "text"


def test_an_original_that_is_nowhere_is_missing(tmp_path: Path) -> None:
    """Neither content nor reference, or a reference to nothing, is a missing original."""
    read = reader(tmp_path, FakeEngine("text"))
    assert reason(read, None) == "original-missing"
    assert reason(read, None, f"file://{tmp_path}/00/{'0' * 64}") == "original-missing"


def test_a_foreign_reference_is_not_followed(tmp_path: Path) -> None:
    """A record cannot make the service read a file of the machine."""
    assert reason(reader(tmp_path, FakeEngine("text")), None, "file:///etc/passwd") == "malformed-header"


def test_a_document_has_a_time_limit(tmp_path: Path) -> None:
    """Once its time is over, no further page of a document is begun."""
    clock = FakeClock()
    engine = FakeEngine("text", clock=clock, seconds=60.0)
    assert reason(reader(tmp_path, engine, clock), page(frames=4)) == "too-slow"
    assert engine.pages == 2


def test_bytes_that_are_no_page_are_refused(tmp_path: Path) -> None:
    """What cannot be rendered never reaches the engine."""
    engine = FakeEngine("text")
    with pytest.raises(MalformedRecord):
        reader(tmp_path, engine)(scanned_document(b"no picture"))
    assert engine.pages == 0


def test_pages_are_told_apart(tmp_path: Path) -> None:
    """Each page's text is there beside the whole, cleansed as well."""
    clean = reader(tmp_path, FakeEngine("wir bestel-\nlen"))(scanned_document(page(frames=2)))
    assert clean.text == "wir bestellen\n\nwir bestellen"
    assert clean.pages == ("wir bestellen", "wir bestellen")


def test_a_claimed_original_is_looked_at(tmp_path: Path) -> None:
    """The first three pages, wherever they are kept."""
    store = ObjectStore(f"file://{tmp_path}")
    claim = claimed(scanned_document(None), store.put(page(frames=4)))
    assert PageLooks(store)(claim).shape == (3, HEIGHT, WIDTH)
    assert look(scanned_document(page())).shape == (1, HEIGHT, WIDTH)


def test_a_page_that_kills_the_ocr_library_is_one_dead_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused with its reason and counted, the service goes on, and the next page has its label."""
    monkeypatch.setattr(pool, "WORKER", "tests.unit.mailroom.extract_reading.fatal_worker")
    log, metrics = MemoryLog(FakeClock()), Metrics()
    for name, width in (("fatal", 13), ("harmless", 100)):
        log.append(scanned_record(scanned_document(blank(width, "TIFF"), name)))
    reading = pool.OcrPool(watch=metrics.reading)
    core = Classifier(
        FakeModel(),
        departments=DEPARTMENTS,
        read_scan=ScanReader(reading, ObjectStore(f"file://{tmp_path}"), 1),
        clock=FakeClock(),
    )
    observer = Observer("scanned", metrics, FakeClock())
    exchange = MemoryExchange(log, [Topic.SCANNED], "group")
    door = KafkaDoor(exchange, core.label, limit=1, clock=FakeClock(), observer=observer)
    assert [door.step() for _ in range(3)] == [1, 1, 0]
    reading.close()
    [dead] = log.topics[Topic.DEAD_LETTER]
    assert (dead.key, read_failure(dead).reason) == (b"fatal", "unparsable")
    assert read_failure(dead).message == "the OCR library died of page 1 (status -11): scan it again"
    assert [record.key for record in log.topics[Topic.CLASSIFIED]] == [b"harmless"]
    assert sample(metrics.exposition()[0], "mailroom_ocr_worker_deaths_total") == 2
