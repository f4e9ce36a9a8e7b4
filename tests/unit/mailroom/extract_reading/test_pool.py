"""Documents read by real Tesseract in child processes, some of which die of them."""

import io
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.ocr.tessdata import OcrUnavailable
from mailroom.extract.reading import pool as module
from mailroom.extract.reading.pool import OcrPool, PoolLimits, require_ocr

PNG = "image/png"
FATAL = "tests.unit.mailroom.extract_reading.fatal_worker"
PROJECT = Path(__file__).parents[4]


@dataclass
class Watched:
    """What a pool tells."""

    pages: list[float] = field(default_factory=list)
    deaths: int = 0

    def page(self, seconds: float) -> None:
        """Remember it."""
        self.pages.append(seconds)

    def worker_died(self) -> None:
        """Count it."""
        self.deaths += 1


@pytest.fixture
def watched() -> Watched:
    """What the pool of this test tells."""
    return Watched()


@pytest.fixture
def pool(watched: Watched) -> Iterator[OcrPool]:
    """Two workers."""
    try:
        made = OcrPool(2, watch=watched)
    except OcrUnavailable as missing:
        pytest.skip(str(missing))
    yield made
    made.close()


def drawn(text: str) -> bytes:
    """A small page with a few words."""
    page = Image.new("L", (900, 160), 255)
    ImageDraw.Draw(page).text((30, 40), text, font=ImageFont.load_default(48), fill=0)
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def refused(pool: OcrPool, data: bytes, media_type: str = PNG, *, seconds: float = 60.0) -> MalformedRecord:
    """The refusal of a document."""
    with pytest.raises(MalformedRecord) as caught:
        pool.read_document(data, media_type, seconds=seconds)
    return caught.value


def children(pool: OcrPool) -> list[int]:
    """The process ids of the workers that were started."""
    return [worker._child._process.pid for worker in pool._workers if worker._child is not None]


def test_documents_are_read_by_several_processes(pool: OcrPool, watched: Watched) -> None:
    """Threads get what they asked for, each from a process of its own, and each page is timed."""
    texts = ["Invoice 4711", "Offer 12", "Complaint", "Invoice 4712"]
    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(lambda text: pool.read_document(drawn(text), PNG, seconds=60), texts))
    assert [document.text for document in read] == texts
    assert read[0].engine.startswith("tesseract ")
    assert (len(set(children(pool))), len(watched.pages), watched.deaths) == (2, 4, 0)


def test_a_pool_in_little_use_starts_one_process(pool: OcrPool) -> None:
    """One caller after the other is served by the same worker."""
    for _ in range(2):
        pool.read_document(drawn("Offer"), PNG, seconds=60)
    assert len(children(pool)) == 1


def test_what_no_page_can_be_made_of_is_refused(pool: OcrPool) -> None:
    """Refusals come through the pipe with their reasons, and the worker lives on."""
    pool.read_document(drawn("Offer"), PNG, seconds=60)
    before = children(pool)
    assert refused(pool, drawn("Offer")[:200]).reason is Reason.TRUNCATED
    assert refused(pool, b"PK", "application/zip").reason is Reason.UNSUPPORTED_MEDIA_TYPE
    assert refused(pool, drawn("Offer"), seconds=0).reason is Reason.TOO_SLOW
    assert children(pool) == before


def test_a_worker_that_died_between_documents_is_replaced(pool: OcrPool, watched: Watched) -> None:
    """A crash that no document caused costs no document."""
    pool.read_document(drawn("Offer"), PNG, seconds=60)
    [child] = children(pool)
    os.kill(child, signal.SIGSEGV)
    assert pool.read_document(drawn("Offer"), PNG, seconds=60).text == "Offer"
    assert watched.deaths <= 1


def test_a_worker_is_replaced_after_its_share() -> None:
    """Leaks of the library are bounded."""
    pool = OcrPool(limits=PoolLimits(documents_per_worker=1))
    pool.read_document(drawn("Offer"), PNG, seconds=60)
    [first] = children(pool)
    pool.read_document(drawn("Offer"), PNG, seconds=60)
    assert children(pool) != [first]
    pool.close()


@pytest.fixture
def fatal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers whose library dies, or hangs, on pages of a certain size."""
    monkeypatch.setattr(module, "WORKER", FATAL)


def blank(width: int, kind: str = "PNG") -> bytes:
    """A page of a width."""
    file = io.BytesIO()
    Image.new("L", (width, 60), 255).save(file, kind)
    return file.getvalue()


@pytest.mark.usefixtures("fatal")
def test_a_page_that_crashes_the_library_is_refused_alone(pool: OcrPool, watched: Watched) -> None:
    """Two workers die of it, the reason names the page and the signal, and the next document is read."""
    refusal = refused(pool, blank(13))
    assert refusal.reason is Reason.UNPARSABLE
    assert str(refusal) == "the OCR library died of page 1 (status -11): scan it again"
    assert watched.deaths == 2
    assert pool.read_document(blank(100), PNG, seconds=60).text == "read"


@pytest.mark.usefixtures("fatal")
def test_a_page_that_hangs_the_library_is_too_slow(watched: Watched) -> None:
    """Its worker is ended, once, and the next document is read."""
    pool = OcrPool(watch=watched, limits=PoolLimits(patience_seconds=0.5, start_seconds=30))
    pool.read_document(blank(100), PNG, seconds=60)
    refusal = refused(pool, blank(17))
    assert (refusal.reason, watched.deaths) == (Reason.TOO_SLOW, 1)
    assert str(refusal) == "page 1 took longer than 0.5 s to read: scan it again"
    pool.close()


@pytest.mark.usefixtures("fatal")
def test_closing_ends_busy_workers(pool: OcrPool) -> None:
    """Who waits for one is told that reading was stopped; no document is blamed."""
    pool.read_document(blank(100), PNG, seconds=60)
    raised: list[Exception] = []

    def read() -> None:
        try:
            pool.read_document(blank(17), PNG, seconds=60)
        except OcrUnavailable as error:
            raised.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    pool.close()
    thread.join(30)
    assert [str(error) for error in raised] == ["reading pages was stopped: start the service again"]


def test_missing_ocr_is_found_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without language data, or without the library, no pool is made, and the error says how to mend it."""
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(OcrUnavailable, match="with its `ocr` extra"):
        require_ocr()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(OcrUnavailable, match="no Tesseract language data"):
        OcrPool()
