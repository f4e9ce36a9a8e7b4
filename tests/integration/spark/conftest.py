"""One Spark session for all tests that need Spark, and the servers that its sources are read from."""

import gc
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.integration.spark.servers import Mongo, Postgres, S3Server
from training.spark import SparkSettings, session, stop

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = SparkSettings(master="local[2]", driver_memory="1g", partitions=4)
JARS = ("spark-mongodb", "spark-s3", "jdbc-postgresql", "jdbc-oracle")


@pytest.fixture(scope="session")
def spark() -> Iterator["SparkSession"]:
    """Two cores of this machine, four parts to a shuffle, every connector and driver."""
    running = session(SETTINGS, packages=JARS)
    yield running
    stop(running)


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Iterator[None]:
    """Py4J leaves connections to the collector, which would blame whatever test it interrupts."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server of the session's own, which asks for passwords."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mongo() -> Iterator[Mongo]:
    """A mongo-java-server: it speaks MongoDB's protocol and is not MongoDB."""
    with Mongo() as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A moto server with an empty bucket."""
    with S3Server() as server:
        yield server
