"""A package that looks at pages, on real files: PDFium, Tesseract and ONNX Runtime behind the service's core."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from mailroom.model_package import Provenance, RuntimeDescription, write
from tests.unit.mailroom.model_package.small_model import LABELS
from tests.unit.mailroom.model_package.small_network import mixture, network

SIZE = (1_240, 1_754)
COMPLAINT = "I am writing to complain about the chairs."
INVOICE = "invoice number 17, amount due 12.00"


def page(*lines: str, dark: bool = False) -> Image.Image:
    """A page with large letters, on white or with a black half."""
    drawn = Image.new("L", SIZE, 255)
    pen = ImageDraw.Draw(drawn)
    for number, words in enumerate(lines):
        pen.text((100, 120 + 90 * number), words, fill=0, font=ImageFont.load_default(44))
    if dark:
        pen.rectangle((0, SIZE[1] // 2, *SIZE), fill=0)
    return drawn


def file_of(form: str, *pages: Image.Image) -> bytes:
    """The pages as one file."""
    buffer = io.BytesIO()
    pages[0].save(buffer, form, save_all=True, append_images=pages[1:], resolution=150)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mail, scans of one and of three pages, and a file that is none."""
    folder = tmp_path_factory.mktemp("documents")
    words, blank = page(COMPLAINT, "They are broken."), page()
    (folder / "mail.txt").write_text(COMPLAINT)
    (folder / "one.png").write_bytes(file_of("PNG", page("Total", dark=True)))
    (folder / "three.tiff").write_bytes(file_of("TIFF", page("Enclosed: our letter."), blank, words))
    (folder / "three.pdf").write_bytes(file_of("PDF", page("Enclosed: our bill."), page(INVOICE), blank))
    (folder / "torn.png").write_bytes(file_of("PNG", words)[:400])
    return folder


def labelled(documents: Path, folder: Path, description: RuntimeDescription) -> dict[str, dict[str, object]]:
    """Rows of `mailroom classify` by id."""
    provenance = Provenance("pages", "by-hand", 1, input_kind="image")
    write(folder / "package", description, labels=LABELS, provenance=provenance)
    output = folder / "labels.jsonl"
    command = [
        sys.executable,
        "-m",
        "cli",
        "classify",
        str(documents),
        "--output",
        str(output),
        "--workers",
        "1",
    ]
    subprocess.run([*command, "--package", str(folder / "package")], check=True, timeout=250)
    return {row["id"]: row for row in map(json.loads, output.read_text().splitlines())}


def test_a_blend_judges_scans_by_words_and_looks(documents: Path, tmp_path: Path) -> None:
    """The page that bears the words decides; a dark page is an invoice; a mail is judged by its words."""
    rows = labelled(documents, tmp_path, mixture(0.25))
    told = {name: (row["label"], row["deciding_page"], row["reason"]) for name, row in rows.items()}
    assert told == {
        "mail.txt": ("complaint", None, None),
        "one.png": ("invoice", 1, None),
        "three.pdf": ("invoice", 2, None),
        "three.tiff": ("complaint", 3, None),
        "torn.png": (None, None, "truncated"),
    }


def test_images_alone_need_no_words(documents: Path, tmp_path: Path) -> None:
    """No scan is read; a mail is refused with what to do."""
    rows = labelled(documents, tmp_path, network())
    assert {name: (row["label"], row["reason"]) for name, row in rows.items()} == {
        "mail.txt": (None, "no-pages"),
        "one.png": ("invoice", None),
        "three.pdf": ("complaint", None),
        "three.tiff": ("complaint", None),
        "torn.png": (None, "truncated"),
    }
    assert "a blend for texts" in str(rows["mail.txt"]["message"])
    assert {rows[name]["language"] for name in ("one.png", "three.pdf", "three.tiff")} == {"und"}
