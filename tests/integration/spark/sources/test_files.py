"""Sources that are files on this machine."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailroom.contracts.errors import UsageError
from tests.integration.spark.sources.reading import LABELS, rows
from training.sources import check
from training.sources.files import Folders, JsonLines, Parquet

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def jsonl(folder: Path, *documents: dict[str, Any], **settings: Any) -> JsonLines:
    """A source of these documents."""
    file = folder / "documents.jsonl"
    file.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return JsonLines(path=str(file), **settings)


def test_json_lines_fill_the_columns(spark: "SparkSession", tmp_path: Path) -> None:
    """What a line says is kept; what it does not say has the values of a document that says nothing."""
    full = {"id": 7, "label": "invoice", "text": "Due.", "source": "a", "group": "g", "fold": 2, "lang": "en"}
    source = jsonl(tmp_path, full, {"label": "other", "text": "Hello."}, name="letters", train_only=True)
    assert check(spark, [source], LABELS) == {"invoice": 1, "other": 1}
    assert rows(
        spark, source, "id", "label", "text", "source", "group", "fold", "lang", "path", "train_only"
    ) == [
        ("7", "invoice", "Due.", "a", "g", 2, "en", "", True),
        ("cffa8ee38f99d244", "other", "Hello.", "letters", "", -1, "", "", True),
    ]


def test_columns_and_labels_are_translated(spark: "SparkSession", tmp_path: Path) -> None:
    """A source's own names for columns, nested ones too, and for labels are those of the configuration."""
    documents = [
        {"no": 1, "meta": {"Art": "Rechnung", "from": "x"}, "body": "Fällig."},
        {"no": 2, "meta": {"Art": "other", "from": "y"}, "body": "Gruß."},
    ]
    source = jsonl(
        tmp_path,
        *documents,
        columns={"id": "no", "label": "meta.art", "text": "body", "source": "meta.from"},
        labels={"Rechnung": "invoice"},
        where="meta.from <> 'y'",
    )
    assert rows(spark, source, "id", "label", "text", "source") == [("1", "invoice", "Fällig.", "x")]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "no column label, only art, body, id: say which is which with `columns: {label: …, text: …}`"),
        ({"columns": {"label": "art"}}, "no column text, only art, body, id"),
        (
            {"columns": {"label": "art", "text": "body", "source": "where"}},
            "no column where, only art, body, id",
        ),
        (
            {"columns": {"label": "art", "text": "body"}},
            "use invoice, other, or translate it with `labels: {Rechnung: …}`",
        ),
        (
            {
                "columns": {"label": "art", "text": "body"},
                "labels": {"Rechnung": "invoice"},
                "where": "id > 5",
            },
            "no documents where id > 5",
        ),
        (
            {"columns": {"label": "art", "text": "body"}, "where": "id >"},
            "mend `where` or the query",
        ),
    ],
)
def test_what_cannot_be_read_is_told(
    spark: "SparkSession", tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    """A wrong column, label or condition is one line that names the source and the mend."""
    source = jsonl(tmp_path, {"id": 1, "art": "Rechnung", "body": "Fällig."}, **settings)
    with pytest.raises(UsageError) as raised:
        check(spark, [source], LABELS)
    assert str(raised.value).startswith(f"source jsonl ({source.path}): ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"id": "a", "label": "other"}, "document a has neither text nor a file"),
        ({"id": "a", "label": "other", "path": "gone.pdf"}, "/gone.pdf; paths are relative to "),
        ({"id": "a", "label": None, "text": "b"}, "1 documents without a label, a for one"),
    ],
)
def test_a_row_that_is_no_document_is_told(
    spark: "SparkSession", tmp_path: Path, document: dict[str, Any], message: str
) -> None:
    """A row without label, text or file is named before training starts."""
    good = {"id": "z", "label": "other", "text": "t", "path": None}
    source = jsonl(tmp_path, good, document)
    with pytest.raises(UsageError, match=message):
        check(spark, [source], LABELS)


def test_a_broken_line_is_shown(spark: "SparkSession", tmp_path: Path) -> None:
    """A line that is no JSON is quoted."""
    file = tmp_path / "documents.jsonl"
    file.write_text('{"label": "other", "text": "fine"}\n{"label": "other", "te\n')
    with pytest.raises(UsageError, match=r"""a line is no JSON object, '{"label": "other", "te'"""):
        check(spark, [JsonLines(path=str(file))], LABELS)


def test_a_missing_file_is_told_before_spark_starts(tmp_path: Path) -> None:
    """It takes no Spark to see that a file is not there."""
    with pytest.raises(UsageError, match=r"^source parquet \(.*/none\.parquet\): no such file or folder$"):
        Parquet(path=str(tmp_path / "none.parquet")).prepare()


def test_a_folder_per_label(spark: "SparkSession", tmp_path: Path) -> None:
    """The first folder is the label, the outer one the source; hidden files are none of them."""
    for name in (
        "letters/invoice/2019/a.txt",
        "letters/other/b.html",
        "letters/other/.b.html.swp",
        "letters/README",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    source = Folders(path=str(tmp_path / "letters"))
    source.prepare()
    assert check(spark, [source], LABELS) == {"invoice": 1, "other": 1}
    assert rows(spark, source, "id", "label", "source", "path") == [
        ("invoice/2019/a.txt", "invoice", "letters", f"{tmp_path}/letters/invoice/2019/a.txt"),
        ("other/b.html", "other", "letters", f"{tmp_path}/letters/other/b.html"),
    ]


def test_parquet_of_another_schema_is_told(spark: "SparkSession", tmp_path: Path) -> None:
    """A column that holds no text, and files that differ among themselves, are told by name."""
    spark.sql("SELECT 'invoice' label, array('a') text").write.parquet(f"file:{tmp_path}/words")
    with pytest.raises(
        UsageError, match=r"column text is of type array<string> and cannot be a document's text"
    ):
        check(spark, [Parquet(path=str(tmp_path / "words"))], LABELS)
    spark.sql("SELECT 'invoice' label, 'a' text").write.mode("append").parquet(f"file:{tmp_path}/words")
    with pytest.raises(UsageError, match="its files differ in their columns"):
        check(spark, [Parquet(path=str(tmp_path / "words"))], LABELS)
    (tmp_path / "no.parquet").write_text("no Parquet at all")
    with pytest.raises(UsageError, match="it is no Parquet"):
        check(spark, [Parquet(path=str(tmp_path / "no.parquet"))], LABELS)
