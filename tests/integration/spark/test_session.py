"""The session that tests and training runs share."""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailroom.textprep import cleanse
from tests.integration.spark.conftest import SETTINGS
from training.spark import session

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import SparkSession


def test_workers_import_what_training_imports(spark: "SparkSession") -> None:
    """A task runs in this interpreter and finds the project's packages."""

    def answers(batches: "Iterator[pd.DataFrame]") -> "Iterator[pd.DataFrame]":
        for batch in batches:
            yield batch.assign(text=batch.text.map(lambda text: cleanse(text).text), python=sys.executable)

    rows = spark.createDataFrame([("A\u00a0 letter \r\n",)], "text string").mapInPandas(
        answers, "text string, python string"
    )
    assert [tuple(row) for row in rows.collect()] == [("A letter", sys.executable)]


def test_the_running_session_is_shared(spark: "SparkSession") -> None:
    """Whoever asks for the same settings again gets the session that runs."""
    assert session(SETTINGS) is spark


def test_it_listens_on_the_loopback_only(spark: "SparkSession") -> None:
    """Nothing of a local session is reachable from other machines."""
    assert spark.sparkContext.getConf().get("spark.driver.host") == "127.0.0.1"
    assert spark.sparkContext.uiWebUrl is None


def test_the_environment_is_left_as_it_was(spark: "SparkSession") -> None:
    """Starting Spark leaves no variable behind for the programs that training starts."""
    assert "PYSPARK_PYTHON" not in os.environ
    assert "SPARK_LOCAL_IP" not in os.environ
