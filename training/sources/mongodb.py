"""Collections of MongoDB, by MongoDB's own connector for Spark."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import quote_plus, urlsplit

from pydantic import Field, SecretStr, model_validator

from training.sources.base import Source
from training.sources.secrets import given_secret

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PARTITIONERS = {
    "auto": "com.mongodb.spark.sql.connector.read.partitioner.AutoBucketPartitioner",
    "sample": "com.mongodb.spark.sql.connector.read.partitioner.SamplePartitioner",
    "sharded": "com.mongodb.spark.sql.connector.read.partitioner.ShardedPartitioner",
    "single": "com.mongodb.spark.sql.connector.read.partitioner.SinglePartitionPartitioner",
}
WAIT = "serverSelectionTimeoutMS"
WAIT_MS = 10_000


class MongoDB(Source):
    """A collection; `pipeline` and most of `where` are answered by the server."""

    type: str = "mongodb"
    uri: str = Field(description="mongodb://host:27017/?replicaSet=…, without user and password")
    database: str
    collection: str
    user: str | None = None
    password: SecretStr | None = Field(None, description="`${NAME}` of the environment, never itself")
    password_file: Path | None = Field(None, description="file that holds the password")
    pipeline: str = Field("", description="JSON of aggregation stages that every part begins with")
    partitioner: Literal["auto", "sample", "sharded", "single"] = Field(
        "auto", description="how it is cut into parts; `single` for servers without $bucketAuto"
    )
    sample_size: int = Field(1_000, gt=0, description="documents that tell which fields there are")

    @model_validator(mode="after")
    def _without_secret(self) -> Self:
        if not self.uri.startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("uri: write mongodb://host:port or mongodb+srv://host")
        if "@" in urlsplit(self.uri).netloc:
            raise ValueError("no password in the uri: write `user` and `password: ${NAME}` beside it")
        return self

    @property
    def jars(self) -> tuple[str, ...]:
        """The connector."""
        return ("spark-mongodb",)

    @property
    def title(self) -> str:
        """With its address."""
        return f"source {self.own_name} ({self.uri} {self.database}.{self.collection})"

    def prepare(self) -> None:
        """Look for the file of the password."""
        given_secret(self.password, self.password_file, self.title)

    def read(self, spark: "SparkSession") -> "DataFrame":
        """A row per document; fields as a sample of them shows."""
        return spark.read.format("mongodb").options(**self.options()).load()

    def options(self) -> dict[str, str]:
        """What the connector is told."""
        options = {
            "connection.uri": self._address(),
            "database": self.database,
            "collection": self.collection,
            "partitioner": PARTITIONERS[self.partitioner],
            "sampleSize": str(self.sample_size),
        }
        return options | ({"aggregation.pipeline": self.pipeline} if self.pipeline else {})

    def _address(self) -> str:
        scheme, _, rest = self.uri.partition("://")
        host, _, query = rest.partition("?")
        password = given_secret(self.password, self.password_file, self.title)
        person = f"{quote_plus(self.user)}:{quote_plus(password or '')}@" if self.user else ""
        wait = "" if WAIT in query else f"{WAIT}={WAIT_MS}"
        place = host if "/" in host else f"{host}/"
        return f"{scheme}://{person}{place}?{'&'.join(part for part in (query, wait) if part)}"
