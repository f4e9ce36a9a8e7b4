"""`python -m training.rehearsal OPTIONS`: a local Spark that does a little of all that training does, and ends.

Its JVM writes down which classes it loaded, where its options say so: later ones start from that.
"""

import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from training.spark import JAVA_OPTIONS, SparkSettings, session, stop

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import SparkSession


def main(arguments: list[str]) -> int:
    """Rehearse.

    Args:
        arguments: The options of the JVM, as one.
    """
    spark = session(SparkSettings(master="local[2]", partitions=2, options={JAVA_OPTIONS: arguments[0]}))
    try:
        with tempfile.TemporaryDirectory() as folder:
            _rehearse(spark, f"file:{folder}/rows")
    finally:
        stop(spark)
    return 0


def _rehearse(spark: "SparkSession", place: str) -> None:
    def same(batches: "Iterator[pd.DataFrame]") -> "Iterator[pd.DataFrame]":
        yield from batches

    rows = spark.createDataFrame([("a letter", 1), ("an offer", 2)], "text string, number int")
    rows.repartition(2).write.parquet(place)
    read = spark.read.parquet(place)
    read.mapInPandas(same, "text string, number int").groupBy("text").count().collect()
    spark.sparkContext.parallelize(range(4), 2).mapPartitions(list).collect()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
