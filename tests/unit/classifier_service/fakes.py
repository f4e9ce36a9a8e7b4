"""A model, documents and scans without any library behind them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from classifier_service.classifier import Classifier
from mailroom.contracts import codec
from mailroom.contracts.records import Header, Position, Record, ScannedDocument, Source, TextDocument
from mailroom.contracts.topics import Topic
from mailroom.extract.ocr.engine import OcrPage
from mailroom.model_package import Manifest
from mailroom.streams.clock import FakeClock
from mailroom.textprep import CleanText

DEPARTMENTS: dict[str, str] = {"invoice": "accounts-payable", "offer": "procurement", "other": "front-office"}
SOURCE = Source(
    topic="documents.raw",
    partition=1,
    offset=7,
    media_type="image/tiff",
    size=12,
    sha256="0" * 64,
    received_at="2025-12-31T23:59:58.000Z",
    file_name="märz.txt",
)
TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

MANIFEST = Manifest(
    name="tiny",
    version="1",
    kernel="fake",
    input_kind="text",
    labels=("invoice", "offer", "other"),
    thresholds={"invoice": 0.5, "offer": 0.9},
    prep_version=1,
    libraries={},
    data_fingerprint="",
    metrics={},
    digest="d1",
)


@dataclass
class FakeModel:
    """Says invoice (0.7), or offer (0.8) where the text asks for it; breaks on a text with `poison`.

    Attributes:
        poison: That word.
        calls: How many texts each call had.
    """

    manifest: Manifest = MANIFEST
    calls: list[int] = field(default_factory=list)
    poison: str = "poison"

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """One row per text."""
        self.calls.append(len(texts))
        if any(self.poison in text for text in texts):
            raise RuntimeError("quotes the document: poison")
        return np.array([self._row(text) for text in texts])

    def _row(self, text: str) -> list[float]:
        if "nothing" in text:
            return [float("nan")] * 3
        return [0.1, 0.8, 0.1] if "offer" in text else [0.7, 0.1, 0.2]


@dataclass
class FakeScans:
    """Reads a scan as the UTF-8 text that it is, and raises what it was told to."""

    error: Exception | None = None

    def __call__(self, document: ScannedDocument) -> CleanText:
        """The text."""
        if self.error is not None:
            raise self.error
        return CleanText((document.content or b"").decode(), "de", (), 1)


def classifier(
    model: FakeModel | None = None, scans: FakeScans | None = None, *, review_below: float | None = None
) -> Classifier:
    """A classifier on fakes."""
    return Classifier(
        model or FakeModel(),
        departments=DEPARTMENTS,
        read_scan=scans or FakeScans(),
        clock=FakeClock(),
        review_below=review_below,
    )


def text_document(text: str = "please pay", identifier: str = "a", prep_version: int = 1) -> TextDocument:
    """A cleansed text."""
    return TextDocument(identifier, text, "en", (), prep_version, SOURCE, "2025-12-31T23:59:59.000Z")


def scanned_document(content: bytes | None = b"bitte zahlen", identifier: str = "s") -> ScannedDocument:
    """A scan."""
    return ScannedDocument(identifier, content, 1, SOURCE, "2025-12-31T23:59:59.000Z")


def text_record(document: TextDocument, offset: int = 0, headers: tuple[Header, ...] = ()) -> Record:
    """A record of `documents.text`."""
    position = Position(Topic.TEXT, 0, offset)
    return Record(Topic.TEXT, document.id.encode(errors="replace"), codec.encode(document), headers, position)


def scanned_record(document: ScannedDocument, offset: int = 0) -> Record:
    """A record of `documents.scanned`."""
    headers = codec.scanned_headers(document)
    position = Position(Topic.SCANNED, 0, offset)
    return Record(Topic.SCANNED, document.id.encode(), document.content, headers, position)


@dataclass
class FakeEngine:
    """Reads the same text on every page, and takes its time on a clock."""

    text: str = "please pay"
    clock: FakeClock = field(default_factory=FakeClock)
    seconds: float = 0.0
    pages: int = 0
    name: str = "fake 1"

    def read(self, page: Image.Image, *, languages: Sequence[str] = ()) -> OcrPage:  # noqa: ARG002
        """The text."""
        self.pages += 1
        self.clock.sleep(self.seconds)
        return OcrPage(self.text, 1.0, 0)


def page(frames: int = 1) -> bytes:
    """A blank TIFF of so many pages."""
    pages = [Image.new("L", (60, 60), 255) for _ in range(frames)]
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def claimed(document: ScannedDocument, dataref: str | None) -> ScannedDocument:
    """The same scan, its original referred to by URI and digest."""
    digest = (dataref or "0" * 64)[-64:]
    return replace(document, source=replace(document.source, dataref=dataref, sha256=digest))
