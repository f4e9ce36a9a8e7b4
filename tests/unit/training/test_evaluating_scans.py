"""`mailroom evaluate --scans`: packages of pages, of texts and of both on page images."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mailroom.contracts.errors import UsageError
from mailroom.extract.ocr import OcrPage
from mailroom.model_package import Provenance, RuntimeDescription, WrongInput, write
from mailroom.model_package.fingerprints import identities
from tests.unit.mailroom.model_package.small_model import LABELS, linear
from tests.unit.mailroom.model_package.small_network import mixture, network
from training import files
from training.documents import LabelledDocument
from training.kernels.batches import batch_of
from training.shell import evaluate_package


class Reader:
    """An OCR engine that reads an invoice on every page, and counts the pages."""

    name = "reader"

    def __init__(self) -> None:
        self.pages = 0

    def read(self, page: Image.Image, *, languages: Sequence[str] = ()) -> OcrPage:  # noqa: ARG002 - the protocol
        """Read an invoice, whatever the page."""
        self.pages += 1
        return OcrPage("invoice number 17", 1.0, 0)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    """In place of Tesseract."""
    engine = Reader()
    monkeypatch.setattr(files, "_engine", lambda: engine)
    return engine


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A page half of ink, which is an invoice, and a nearly blank one, which is a complaint."""
    page = np.full((448, 320), 255, dtype=np.uint8)
    Image.fromarray(page).save(tmp_path / "complaint.png")
    page[:, :130] = 0
    Image.fromarray(page).save(tmp_path / "invoice.png")
    rows = ({"id": label, "label": label, "path": f"{label}.png", "text": "typed"} for label in LABELS)
    (tmp_path / "scans.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path / "scans.jsonl"


def packed(folder: Path, description: RuntimeDescription, kind: str) -> Path:
    """A package of a model."""
    provenance = Provenance(kind, "by-hand", 1, input_kind="text" if kind == "text" else "image")
    write(folder / kind, description, labels=LABELS, provenance=provenance)
    return folder / kind


def test_a_package_of_images_looks_at_pages_and_reads_nothing(scans: Path, reader: Reader) -> None:
    """Both pages get their label, and OCR, which takes seconds, is not asked."""
    result = evaluate_package(packed(scans.parent, network(), "image"), [], [scans])
    assert (result["documents"], result["accuracy"], reader.pages) == (2, 1.0, 0)


def test_a_package_of_texts_reads_pages_by_ocr(scans: Path, reader: Reader) -> None:
    """What stands beside the path is not believed: the page is read."""
    result = evaluate_package(packed(scans.parent, linear(), "text"), [], [scans])
    assert (result["documents"], result["accuracy"], reader.pages) == (2, 0.5, 2)
    assert result["confusion_matrix"]["complaint"]["invoice"] == 1


def test_a_package_of_both_reads_and_looks(scans: Path, reader: Reader) -> None:
    """The image outvotes the reading when it has the weight."""
    result = evaluate_package(packed(scans.parent, mixture(0.9), "page"), [], [scans])
    assert (result["accuracy"], reader.pages) == (1.0, 2)


def test_pages_come_from_a_folder_per_label_as_well(tmp_path: Path, scans: Path, reader: Reader) -> None:
    """`--documents` finds the pages of files; scans and documents add up."""
    for label in LABELS:
        (tmp_path / "in" / label).mkdir(parents=True)
        (scans.parent / f"{label}.png").rename(tmp_path / "in" / label / "a.png")
    result = evaluate_package(packed(tmp_path, network(), "image"), [tmp_path / "in"])
    assert (result["documents"], result["accuracy"]) == (2, 1.0)


def test_a_page_that_was_trained_on_is_known_again(scans: Path) -> None:
    """By its pixels, whatever its text says."""
    known = [LabelledDocument("a", "invoice", "", path=str(scans.parent / "invoice.png"))]
    provenance = Provenance("image", "by-hand", 1, input_kind="image")
    seen = identities([""], batch_of(known, "image"))
    write(scans.parent / "image", network(), labels=LABELS, provenance=provenance, trained_on=seen)
    assert evaluate_package(scans.parent / "image", [], [scans])["seen_in_training"] == 1


def test_texts_without_a_page_are_refused(tmp_path: Path) -> None:
    """A model of images would say the same of every one of them."""
    (tmp_path / "texts.jsonl").write_text('{"label": "invoice", "text": "invoice number 17"}\n')
    with pytest.raises(WrongInput, match=r"no document has a page: give PDF files or images \(--scans FILE"):
        evaluate_package(packed(tmp_path, network(), "image"), [tmp_path / "texts.jsonl"])


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_a_broken_scan_is_named(scans: Path, content: bytes) -> None:
    """One that cannot be looked at ends the measurement; it is not left out."""
    (scans.parent / "invoice.png").write_bytes(content)
    with pytest.raises(UsageError, match=r"invoice\.png: .*; mend the file or leave it out"):
        evaluate_package(packed(scans.parent, network(), "image"), [], [scans])
    (scans.parent / "invoice.png").unlink()
    with pytest.raises(UsageError, match=r"no such file: .*invoice\.png"):
        evaluate_package(packed(scans.parent, network(), "image"), [], [scans])
