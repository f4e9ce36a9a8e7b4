"""How tests of sources look at rows."""

from typing import TYPE_CHECKING, Any

from training.sources import Source
from training.sources.rows import labelled

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LABELS = ("invoice", "other")


def rows(spark: "SparkSession", source: Source, *columns: str) -> list[tuple[Any, ...]]:
    """These columns of a source's rows, by id."""
    found = labelled(spark, source).orderBy("id").select(*columns).collect()
    return [tuple(row) for row in found]
