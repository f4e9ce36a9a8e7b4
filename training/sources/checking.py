"""What is wrong with the sources of a run, told before any of the work."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.contracts.errors import UsageError
from training.sources.base import Source
from training.sources.errors import explained
from training.sources.rows import REMOTE, labelled

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession


def check(spark: "SparkSession", sources: Sequence[Source], labels: Collection[str]) -> dict[str, int]:
    """Read everything but the texts, so that what is wrong is said before training starts.

    Args:
        spark: A session with the jars that the sources ask for.
        sources: Prepared.
        labels: The labels that are known.

    Returns:
        The number of documents, by label.

    Raises:
        UsageError: A source cannot be read, lacks a column, has an unknown label, or rows without a content.
    """
    counts: dict[str, int] = {}
    for source in sources:
        for label, count in _check(spark, source, labels).items():
            counts[label] = counts.get(label, 0) + count
    return counts


def _check(spark: "SparkSession", source: Source, labels: Collection[str]) -> dict[str, int]:
    from pyspark.sql import functions as sql  # noqa: PLC0415 - `--help` answers at once

    rows = labelled(spark, source)
    empty = rows.text.isNull() & (rows.path == "") & rows.content.isNull() & rows.text_ref.isNull()
    with explained(source.title):
        found = rows.groupBy("label").agg(
            sql.count("*").alias("count"),
            sql.min("id").alias("example"),
            sql.min(sql.when(empty, rows.id)).alias("empty"),
        )
        groups = found.orderBy("label").collect()
        if not groups:
            raise UsageError(
                f"{source.title}: no documents" + (f" where {source.where}" if source.where else "")
            )
        for group in groups:
            _refuse(source, group, labels)
        _refuse_missing_files(source, rows)
    return {group.label: group["count"] for group in groups}


def _refuse(source: Source, group: "Row", labels: Collection[str]) -> None:
    if group.label is None:
        raise UsageError(
            f"{source.title}: {group['count']} documents without a label, {group.example} for one"
        )
    if group.label not in labels:
        raise UsageError(
            f"{source.title}: unknown label {group.label!r} on {group['count']} documents, {group.example} for one: "
            f"use {', '.join(labels)}, or translate it with `labels: {{{group.label}: …}}`"
        )
    if group["empty"] is not None:
        raise UsageError(f"{source.title}: document {group['empty']} has neither text nor a file")


def _refuse_missing_files(source: Source, rows: "DataFrame") -> None:
    unread = rows.text.isNull() & rows.content.isNull() & rows.text_ref.isNull()
    files = rows.where(unread & ~rows.path.rlike(REMOTE)).select("path")
    gone = files.rdd.map(lambda row: row.path).filter(lambda path: not Path(path).is_file()).take(1)
    if gone:
        raise UsageError(
            f"{source.title}: no such file: {gone[0]}; paths are relative to {source.folder or '/'}"
        )
