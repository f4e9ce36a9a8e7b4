"""Generated documents, made before Spark starts."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from training.generated import generate, place_of
from training.sources.base import Source
from training.sources.files import JsonLines

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Samples(Source):
    """Documents of the generator; the same count and seed give the same ones."""

    type: str = "samples"
    count: int = Field(gt=0)
    seed: int = 1

    @property
    def file(self) -> Path:
        """Where they are kept: once for each count, seed and state of the generator."""
        return place_of(self.count, self.seed)

    def prepare(self) -> None:
        """Generate them, unless an earlier run did.

        Raises:
            MailroomError: The generator failed; the message is its own.
        """
        generate(self.count, self.seed)

    def read(self, spark: "SparkSession") -> "DataFrame":
        """A row per document."""
        return JsonLines(path=str(self.file)).read(spark)
