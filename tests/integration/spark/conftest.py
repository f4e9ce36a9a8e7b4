"""One Spark session for all tests that need Spark."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from training.spark import SparkSettings, session, stop

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = SparkSettings(master="local[2]", driver_memory="1g", partitions=4)


@pytest.fixture(scope="session")
def spark() -> Iterator["SparkSession"]:
    """Two cores of this machine, four parts to a shuffle."""
    running = session(SETTINGS)
    yield running
    stop(running)
