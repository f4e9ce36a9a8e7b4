"""Tables of SQL databases over JDBC: PostgreSQL, Oracle, and others whose driver is given."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self

from pydantic import Field, SecretStr, model_validator

from mailroom.settings import Section
from training.sources.base import Source
from training.sources.secrets import given_secret

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SECRET = re.compile(r"password\s*=|//[^/@\s]*:[^/@\s]*@|:thin:[^@/]+/[^@]+@", re.IGNORECASE)


class Driver(NamedTuple):
    """A JDBC driver: its class, its set of jars, and how it is told to give up on a silent host."""

    class_name: str
    jars: str
    properties: Mapping[str, str]


DRIVERS: Mapping[str, Driver] = MappingProxyType(
    {
        "jdbc:postgresql:": Driver(
            "org.postgresql.Driver", "jdbc-postgresql", {"connectTimeout": "10", "loginTimeout": "10"}
        ),
        "jdbc:oracle:": Driver(
            "oracle.jdbc.OracleDriver",
            "jdbc-oracle",
            # Its sessions otherwise need the server to know this machine's time zone by name.
            {"oracle.net.CONNECT_TIMEOUT": "10000", "oracle.jdbc.timezoneAsRegion": "false"},
        ),
    }
)


class Partition(Section):
    """Reading in parts, side by side."""

    column: str = Field(description="a number, date or timestamp; best an indexed one")
    parts: int = Field(8, gt=0)


class Sql(Source):
    """A table, or what a query gives. `where` reaches the database where it can answer it."""

    type: str = "sql"
    url: str = Field(
        description="jdbc:postgresql://host:5432/database, jdbc:oracle:thin:@//host:1521/service"
    )
    table: str = ""
    query: str = ""
    user: str | None = None
    password: SecretStr | None = Field(None, description="`${NAME}` of the environment, never itself")
    password_file: Path | None = Field(None, description="file that holds the password")
    partition: Partition | None = None
    fetch_size: int = Field(1_000, gt=0, description="rows that come at a time")
    driver: str | None = Field(None, description="class of another database's driver; its jar: spark.options")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if bool(self.table) == bool(self.query):
            raise ValueError("give either table or query")
        if _SECRET.search(self.url):
            raise ValueError("no password in the url: write `user` and `password: ${NAME}` beside it")
        if self.driver is None and self._known is None:
            raise ValueError(
                f"no driver for {self.url}: known are {', '.join(DRIVERS)}; name another in `driver`"
            )
        return self

    @property
    def jars(self) -> tuple[str, ...]:
        """The driver's."""
        return (self._known.jars,) if self._known and not self.driver else ()

    @property
    def title(self) -> str:
        """With its address."""
        return f"source {self.own_name} ({self.url} {self.table or 'query'})"

    def prepare(self) -> None:
        """Look for the file of the password."""
        given_secret(self.password, self.password_file, self.title)

    def read(self, spark: "SparkSession") -> "DataFrame":
        """Its rows; in parts by the range of a column, if one is given."""
        options = self.options()
        if self.partition is not None:
            options |= self._bounds(spark, self.partition)
        return spark.read.format("jdbc").options(**options).load()

    def options(self) -> dict[str, str]:
        """What Spark's JDBC reader is told."""
        known = self._known
        password = given_secret(self.password, self.password_file, self.title)
        given = {
            "url": self.url,
            "dbtable": self._rows,
            "driver": self.driver or (known.class_name if known else None),
            "user": self.user,
            "password": password,
            "fetchsize": str(self.fetch_size),
            **(known.properties if known else {}),
        }
        return {name: value for name, value in given.items() if value is not None}

    def bounds_query(self, partition: Partition) -> str:
        """SQL that gives the smallest and the largest value of the column that parts are made by."""
        column = partition.column
        return f"SELECT MIN({column}) AS lowest, MAX({column}) AS highest FROM {self._rows}"  # noqa: S608 - the run's own words

    @property
    def _rows(self) -> str:
        # No AS: Oracle does not know it here, the others do without.
        return self.table or f"({self.query.rstrip().rstrip(';')}) documents"

    @property
    def _known(self) -> Driver | None:
        return next((driver for start, driver in DRIVERS.items() if self.url.startswith(start)), None)

    def _bounds(self, spark: "SparkSession", partition: Partition) -> dict[str, str]:
        options = self.options() | {"dbtable": f"({self.bounds_query(partition)}) bounds"}
        lowest, highest = spark.read.format("jdbc").options(**options).load().collect()[0]
        if lowest is None:
            return {}
        return {
            "partitionColumn": partition.column,
            "numPartitions": str(partition.parts),
            "lowerBound": str(lowest),
            "upperBound": str(highest),
        }
