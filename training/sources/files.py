"""Sources that are files: JSON Lines, Parquet, and a folder per label; on this machine or in a bucket."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, SecretStr

from mailroom.contracts.errors import UsageError
from mailroom.settings import Section
from training.documents import FORM
from training.sources.base import Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

S3_SCHEMES = ("s3://", "s3a://")


class S3(Section):
    """How a bucket is reached; by default as the environment says (`AWS_ACCESS_KEY_ID`, a role, …).

    Files in a bucket that rows name by their path are always reached as the environment of the workers says.
    """

    endpoint: str | None = Field(None, description="URL of a server other than Amazon's")
    region: str | None = None
    path_style: bool = Field(default=False, description="the bucket's name in the path: servers of one's own")
    access_key: SecretStr | None = None
    secret_key: SecretStr | None = None

    def options(self) -> dict[str, str]:
        """In the names of Hadoop's S3A."""
        given = {
            "fs.s3a.endpoint": self.endpoint,
            "fs.s3a.endpoint.region": self.region,
            "fs.s3a.access.key": _shown(self.access_key),
            "fs.s3a.secret.key": _shown(self.secret_key),
            "fs.s3a.attempts.maximum": "3",
            "fs.s3a.retry.limit": "2",
        }
        style = {"fs.s3a.path.style.access": str(self.path_style).lower()}
        return style | {name: value for name, value in given.items() if value is not None}


class FileSource(Source):
    """Files by a path, or by a URL of S3."""

    path: str = Field(description="file or folder, or s3://bucket/key")
    s3: S3 = S3()

    @property
    def remote(self) -> bool:
        """Whether it lies in a bucket."""
        return self.path.startswith(S3_SCHEMES)

    @property
    def jars(self) -> tuple[str, ...]:
        """S3A, for a bucket."""
        return ("spark-s3",) if self.remote else ()

    @property
    def title(self) -> str:
        """With its path."""
        return f"source {self.own_name} ({self.path})"

    @property
    def location(self) -> str:
        """The path in Hadoop's words."""
        if self.remote:
            return "s3a://" + self.path.partition("://")[2]
        return f"file:{Path(self.path).expanduser().resolve()}"

    @property
    def folder(self) -> str:
        """What holds the file, or the folder itself."""
        if self.remote:
            return self.path.rpartition("/")[0]
        place = Path(self.path).expanduser().resolve()
        return str(place if place.is_dir() else place.parent)

    def prepare(self) -> None:
        """Look whether it is there.

        Raises:
            UsageError: It is not.
        """
        if not self.remote and not Path(self.path).expanduser().exists():
            raise UsageError(f"{self.title}: no such file or folder")

    def options(self) -> dict[str, str]:
        """What Spark needs to know of the bucket."""
        return self.s3.options() if self.remote else {}


class JsonLines(FileSource):
    """One JSON object a line."""

    type: str = "jsonl"

    def read(self, spark: "SparkSession") -> "DataFrame":
        """The fields that occur in any line; numbers as text, for ids keep their form.

        Raises:
            UsageError: A line is no JSON object.
        """
        reader = spark.read.options(
            **self.options(), primitivesAsString="true", columnNameOfCorruptRecord=BROKEN
        )
        frame = reader.json(self.location)
        if BROKEN in frame.columns:
            line = frame.where(frame[BROKEN].isNotNull()).limit(1).collect()[0][BROKEN]
            raise UsageError(f"{self.title}: a line is no JSON object, {line[:60]!r}: write {FORM}")
        return frame


class Parquet(FileSource):
    """One Parquet file, or a folder of them."""

    type: str = "parquet"

    def read(self, spark: "SparkSession") -> "DataFrame":
        """All columns of all files."""
        return spark.read.options(**self.options(), mergeSchema="true").parquet(self.location)


class Folders(FileSource):
    """A folder per label: texts, mails, HTML, PDF, page images. Its own name is the source."""

    type: str = "folders"

    @property
    def own_name(self) -> str:
        """The folder's name, where the configuration gives none."""
        return self.name or Path(self.path).name

    def read(self, spark: "SparkSession") -> "DataFrame":
        """A row per file: `id` (its path below the folder), `label`, `path`; from a bucket its `content` too."""
        from pyspark.sql import functions as sql  # noqa: PLC0415 - `--help` answers at once

        reader = spark.read.format("binaryFile").options(**self.options(), recursiveFileLookup="true")
        files = reader.load(self.location)
        below = sql.expr(f"substring(path, {len(self.location.rstrip('/')) + 2})")
        rows = files.select(below.alias("id"), *([] if not self.remote else ["content"]))
        parts = sql.split(rows.id, "/")
        visible = (sql.size(parts) > 1) & ~rows.id.rlike(r"(^|/)\.")
        named = rows.where(visible).withColumn("label", parts[0])
        return named if self.remote else named.withColumn("path", rows.id)


BROKEN = "_broken_line"


def _shown(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
