"""What the checks look at: one row a document, without its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from training.integrity.near_duplicates import NearDuplicates, near_duplicates
from training.integrity.settings import IntegritySettings

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

    from training.dataset import Dataset


@dataclass(frozen=True)
class Facts:
    """A data set as the checks see it.

    Attributes:
        frame: As given: the columns of `LabelledDocument` and `place`.
        rows: `place`, `id`, `label`, `source`, `group`, `fold`, `train_only`, `characters` (of the text, without
            white space around it), `digest` (of that; null without text), `component` (of near-duplicates; null
            without any). Kept in memory or on disk.
        near: The near-duplicates.
        labels: Those of the configuration.
        previous: The last run's report as JSON, if there is one.
        settings: The limits.
        seed: Of all that is drawn.
    """

    frame: "DataFrame"
    rows: "DataFrame"
    near: NearDuplicates
    labels: tuple[str, ...]
    previous: Mapping[str, Any] | None
    settings: IntegritySettings
    seed: int

    @cached_property
    def documents(self) -> int:
        """How many."""
        return self.rows.count()

    @cached_property
    def sources(self) -> dict[str, dict[str, int]]:
        """For each class that occurs, its documents by source, those with text alone."""
        counted = self.rows.where("digest is not null").groupBy("label", "source").count().collect()
        found: dict[str, dict[str, int]] = {}
        for row in sorted(counted, key=lambda row: (str(row["label"]), str(row["source"]))):
            found.setdefault(row["label"], {})[row["source"]] = row["count"]
        return found

    @cached_property
    def occurring(self) -> set[str]:
        """Labels that occur, also those of documents without text."""
        return {row["label"] for row in self.rows.select("label").distinct().collect()}

    def share(self, count: float) -> float:
        """Of all documents."""
        return count / self.documents if self.documents else 0.0

    def ids(self, rows: "DataFrame") -> tuple[str, ...]:
        """The first few ids, in the order of the data set."""
        few = rows.orderBy("place").limit(self.settings.examples).collect()
        return tuple(row["id"] for row in few)


def gather(
    frame: "DataFrame",
    *,
    labels: tuple[str, ...],
    previous: Mapping[str, Any] | None,
    settings: IntegritySettings,
    seed: int,
) -> Facts:
    """Find near-duplicates and keep what the checks need.

    Args:
        frame: The columns of `LabelledDocument` and `place`; see `placed`.
        labels: Those of the configuration.
        previous: The last run's report as JSON, if there is one.
        settings: The limits.
        seed: Of all that is drawn.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415 - training only

    near = near_duplicates(frame, settings.similarity)
    text = f.trim(f.regexp_replace(f.coalesce("text", f.lit("")), r"\s+", " "))
    rows = frame.select(
        "place",
        _filled("id"),
        _filled("label"),
        _filled("source"),
        _filled("group"),
        f.coalesce("fold", f.lit(-1)).alias("fold"),
        f.coalesce("train_only", f.lit(False)).alias("train_only"),
        f.length(text).alias("characters"),
        f.when(text != "", f.md5(text)).alias("digest"),
    ).join(f.broadcast(near.table()), "place", "left")
    return Facts(frame, rows.persist(), near, labels, previous, settings, seed)


def placed(spark: "SparkSession", dataset: "Dataset") -> "DataFrame":
    """The rows of a data set with their `place` in its order.

    Args:
        spark: The session.
        dataset: Parquet files, read by Spark's executors: in a folder that they all see.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415

    starts = spark.createDataFrame(list(dataset.starts.items()), "file string, start long")
    name = f.element_at(f.split("_metadata.file_path", "/"), -1)
    frame = spark.read.parquet(str(dataset.folder))
    rows = frame.select("*", name.alias("file"), f.col("_metadata.row_index").alias("row"))
    numbered = rows.join(f.broadcast(starts), "file", "inner")
    return numbered.withColumn("place", f.col("start") + f.col("row")).drop("file", "row", "start")


def _filled(name: str) -> "Column":
    from pyspark.sql import functions as f  # noqa: PLC0415

    return f.coalesce(name, f.lit("")).alias(name)
