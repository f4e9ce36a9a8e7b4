"""Texts in Spark: files are read as the stream reads them, OCR included, and every text comes under the text rules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec

from mailroom.contracts.errors import MailroomError
from mailroom.objects import ObjectStore, store_errors
from mailroom.textprep import cleanse
from training.dataset import schema
from training.files import text_of_bytes, text_of_file
from training.sources.rows import REMOTE

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

PROBLEM = "problem"
PARTS_PER_CORE = 4
"""Documents differ in how long they take; small parts keep all cores busy to the end."""


def with_texts(rows: "DataFrame") -> "DataFrame":
    """Labelled rows with their texts read and cleansed.

    Returns:
        The columns of a data set, and `problem`: why a document could not be read, null where it could.
    """
    parts = PARTS_PER_CORE * rows.sparkSession.sparkContext.defaultParallelism
    # By id: a file of a thousand paths to scans is one part, and their OCR is for all cores.
    return rows.repartition(parts, "source", "id").mapInArrow(_batches, _spark_schema())


def _batches(batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa  # noqa: PLC0415 - `--help` answers at once

    columns = schema().append(pa.field(PROBLEM, pa.string()))
    for batch in batches:
        yield pa.RecordBatch.from_pylist([_read(row) for row in batch.to_pylist()], schema=columns)


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {**row, "text": cleanse(_text(row)).text, PROBLEM: None}
    except MailroomError as error:
        return _unread(row, str(error))
    except store_errors() as error:
        return _unread(row, f"{row['path']}: cannot be read ({error})")


def _unread(row: Mapping[str, Any], reason: str) -> dict[str, Any]:
    return {**row, "text": "", PROBLEM: reason}


def _text(row: Mapping[str, Any]) -> str:
    if row["text"] is not None:
        return str(row["text"])
    if row["text_ref"] is not None:
        root = row["text_ref"].rsplit("/", 2)[0]
        return ObjectStore(root).get(row["text_ref"]).decode()
    if row["content"] is not None:
        return text_of_bytes(row["content"], row["path"] or row["id"])
    if re.match(REMOTE, row["path"]):
        with fsspec.open(row["path"], "rb") as file:
            return text_of_bytes(file.read(), row["path"])
    return text_of_file(Path(row["path"]))


def _spark_schema() -> str:
    names = {"string": "string", "int64": "bigint", "bool": "boolean"}
    return ", ".join(f"{field.name} {names[str(field.type)]}" for field in schema()) + f", {PROBLEM} string"
