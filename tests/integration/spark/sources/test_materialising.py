"""From several sources to one data set at rest."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from mailroom.contracts.errors import UsageError
from training.dataset import Dataset
from training.documents import LabelledDocument
from training.sources import Source, materialise
from training.sources.files import Folders, JsonLines

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def jsonl(file: Path, documents: list[dict[str, Any]], **settings: Any) -> JsonLines:
    """A source of these documents."""
    file.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return JsonLines(path=str(file), **settings)


def pdf(text: str) -> bytes:
    """A born-digital PDF of one line."""
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=14)
    document.cell(text=text)
    return bytes(document.output())


def scan(text: str, file: Path) -> None:
    """A page image of one line."""
    page = Image.new("L", (1000, 300), 255)
    ImageDraw.Draw(page).text((60, 100), text, font=ImageFont.load_default(60), fill=0)
    page.save(file)


def test_sources_are_united_cleansed_and_sorted(spark: "SparkSession", tmp_path: Path) -> None:
    """Each row keeps its source; order is source, id, content; texts are under the text rules."""
    full = {"id": "2", "label": "invoice", "source": "b", "group": "g", "fold": 1, "lang": "en"}
    lines: list[dict[str, Any]] = [
        full | {"text": "Due\u00a0now.\r\n"},
        {"id": "1", "label": "other", "text": "Hello."},
    ]
    (tmp_path / "a/invoice").mkdir(parents=True)
    (tmp_path / "a/invoice/x.html").write_text("<html><body><p>Please pay.</p></body></html>")
    sources = [
        jsonl(tmp_path / "l.jsonl", lines, name="c", train_only=True),
        Folders(path=str(tmp_path / "a")),
    ]
    dataset = materialise(spark, sources, tmp_path / "data")
    place = f"{tmp_path}/a/invoice/x.html"
    assert dataset.documents() == [
        LabelledDocument("invoice/x.html", "invoice", "Please pay.", "a", path=place),
        LabelledDocument("2", "invoice", "Due now.", "b", "g", 1, "en", train_only=True),
        LabelledDocument("1", "other", "Hello.", "c", train_only=True),
    ]
    assert [item.name for item in sorted(tmp_path.iterdir())] == ["a", "data", "l.jsonl"]
    assert [item.name for item in dataset.folder.iterdir()] == ["part-00000.parquet"]


def test_files_are_read_as_in_production(spark: "SparkSession", tmp_path: Path) -> None:
    """A born-digital PDF by its letters, a page image by OCR, whether they come by path or by content."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other/letter.pdf").write_bytes(pdf("The meeting is on Monday."))
    scan("Invoice number 4711", tmp_path / "scan.png")
    rows = spark.createDataFrame(
        [("a", "invoice", None, pdf("Total due 12 EUR")), ("b", "invoice", f"{tmp_path}/scan.png", None)],
        "id string, label string, path string, content binary",
    )
    dataset = materialise(
        spark,
        [Given(rows=rows, type="given"), Folders(path=str(tmp_path), name="z", where="label = 'other'")],
        tmp_path / "data",
    )
    assert [item.text for item in dataset.documents()] == [
        "Total due 12 EUR",
        "Invoice number 4711",
        "The meeting is on Monday.",
    ]


def test_the_order_of_rows_depends_on_the_documents_alone(spark: "SparkSession", tmp_path: Path) -> None:
    """However the input was cut into parts, the data set is the same."""
    lines = [
        {"id": str(number % 20), "label": "other", "text": f"Text {number}", "source": f"s{number % 2}"}
        for number in range(120)
    ]
    one = materialise(spark, [jsonl(tmp_path / "l.jsonl", lines)], tmp_path / "one")
    (tmp_path / "many").mkdir()
    for start in range(0, 120, 30):
        jsonl(tmp_path / f"many/{start}.jsonl", lines[start : start + 30][::-1])
    another = spark.newSession()
    another.conf.set("spark.sql.shuffle.partitions", "7")
    many = materialise(another, [JsonLines(path=str(tmp_path / "many"))], tmp_path / "other")
    assert len(one) == 120
    assert one.documents() == many.documents()


def test_a_first_look_takes_the_same_part_each_time(spark: "SparkSession", tmp_path: Path) -> None:
    """A fraction of the documents is chosen by what they are called."""
    lines = [{"id": str(number), "label": "other", "text": "Text"} for number in range(200)]
    source = jsonl(tmp_path / "l.jsonl", lines)
    few = materialise(spark, [source], tmp_path / "few", fraction=0.1)
    again = materialise(spark, [source], tmp_path / "again", fraction=0.1)
    assert 10 < len(few) < 32
    assert few.index == again.index


def test_documents_that_cannot_be_read_stop_the_run(spark: "SparkSession", tmp_path: Path) -> None:
    """They are named, and nothing is left half-written; what was there before stays."""
    (tmp_path / "letters/other").mkdir(parents=True)
    (tmp_path / "letters/other/a.txt").write_text("fine")
    source = Folders(path=str(tmp_path / "letters"))
    materialise(spark, [source], tmp_path / "data")
    (tmp_path / "letters/other/b.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    with pytest.raises(UsageError, match=r"^1 documents cannot be read: .*/letters/other/b\.pdf: "):
        materialise(spark, [source], tmp_path / "data")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["data", "letters"]
    assert [item.id for item in Dataset(tmp_path / "data").index] == ["other/a.txt"]


def test_a_folder_with_other_files_is_not_touched(spark: "SparkSession", tmp_path: Path) -> None:
    """A data set never takes the place of something else."""
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else than a data set"):
        materialise(spark, [jsonl(tmp_path / "l.jsonl", [])], tmp_path)
    assert (tmp_path / "precious.txt").read_text() == "mine"


class Given(Source):
    """A source of somebody else's making: rows that are there already."""

    rows: Any

    def read(self, spark: "SparkSession") -> Any:  # noqa: ARG002 - they are there already
        """The rows as given."""
        return self.rows
