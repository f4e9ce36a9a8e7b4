"""All sources of a run as one data set at rest, its rows in an order that depends on them alone."""

import shutil
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.contracts.errors import MailroomError, UsageError
from training.dataset import COLUMNS, TEXT, Dataset
from training.sources.base import Source
from training.sources.errors import explained
from training.sources.rows import labelled
from training.sources.texts import PROBLEM, with_texts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SHARES = 1_000_000
SHOWN = 3


def materialise(
    spark: "SparkSession", sources: Sequence[Source], folder: Path, *, fraction: float = 1.0
) -> Dataset:
    """Read the documents of all sources and write them as one data set, sorted by source, id and content.

    Texts stay with Spark: none of them is brought to this process. What was begun and not finished is not left.

    Args:
        spark: A session with the jars that the sources ask for.
        sources: Prepared and checked.
        folder: Of the data set; one that is there is replaced. The executors of a cluster must share it.
        fraction: About how much of the documents to take, the same ones each time: for a first look.

    Raises:
        UsageError: Documents cannot be read, or the folder holds something else.
        MailroomError: The executors do not share the folder.
    """
    _refuse_foreign(folder)
    read, sorted_ = (folder.with_name(f".{folder.name}-{stage}") for stage in ("read", "sorted"))
    try:
        rows = reduce(
            lambda one, other: one.unionByName(other), (labelled(spark, source) for source in sources)
        )
        with explained("reading the documents"):
            # At rest before they are sorted: a sort reads its input twice, and OCR is to happen once.
            with_texts(_sample(rows, fraction)).write.mode("overwrite").parquet(f"file:{read.absolute()}")
            documents = spark.read.parquet(f"file:{read.absolute()}")
            _refuse_unreadable(documents)
            count = documents.count()
            _sorted(documents).write.mode("overwrite").parquet(f"file:{sorted_.absolute()}")
        _tidy(sorted_)
        _require_all(sorted_, count)
        shutil.rmtree(folder, ignore_errors=True)
        sorted_.replace(folder)
    finally:
        for leftover in (read, sorted_):
            shutil.rmtree(leftover, ignore_errors=True)
    return Dataset(folder)


def _sample(rows: "DataFrame", fraction: float) -> "DataFrame":
    from pyspark.sql import functions as sql  # noqa: PLC0415 - `--help` answers at once

    if fraction >= 1:
        return rows
    return rows.where(sql.pmod(sql.xxhash64("source", "id"), sql.lit(SHARES)) < int(fraction * SHARES))


def _sorted(documents: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as sql  # noqa: PLC0415

    rest = [name for name in COLUMNS if name not in {"source", "id", TEXT}]
    return documents.select(*COLUMNS).orderBy("source", "id", sql.sha2(documents[TEXT], 256), *rest)


def _refuse_unreadable(documents: "DataFrame") -> None:
    problems = documents.where(documents[PROBLEM].isNotNull())
    shown = [row[PROBLEM] for row in problems.orderBy("source", "id").limit(SHOWN).collect()]
    if shown:
        count = problems.count()
        more = f" (and {count - len(shown)} more)" if count > len(shown) else ""
        raise UsageError(f"{count} documents cannot be read: {'; '.join(shown)}{more}")


def _refuse_foreign(folder: Path) -> None:
    foreign = folder.is_file() or (
        folder.is_dir() and any(item.suffix != ".parquet" for item in folder.iterdir())
    )
    if foreign:
        raise UsageError(f"{folder} holds something else than a data set: name another folder")


def _tidy(folder: Path) -> None:
    """Keep the parts alone, under names in the order of their rows: Spark's own carry a random word."""
    parts = sorted(folder.glob("part-*.parquet"))
    for item in set(folder.iterdir()) - set(parts):
        item.unlink()
    for number, part in enumerate(parts):
        part.rename(folder / f"part-{number:05}.parquet")


def _require_all(folder: Path, count: int) -> None:
    found = len(Dataset(folder))
    if found != count:
        raise MailroomError(
            f"{folder.parent} holds {found} of {count} documents: the workers write to disks of their own; "
            "give the driver and all workers one shared folder for runs"
        )
