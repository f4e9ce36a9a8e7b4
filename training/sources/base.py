"""What every source has in common: settings, and the way from its own columns to those of a data set."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from pydantic import Field

from mailroom.settings import Section

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Columns(Section):
    """Which of a source's columns holds what; a dot leads into a nested document.

    A column under its usual name need not be mentioned, and may be absent: all but the label, and one of text, path,
    content and text_ref.
    """

    id: str = Field("id", description="names the document; without, the digest of its content does")
    label: str = Field("label", description="what the document is")
    text: str = Field("text", description="its text")
    path: str = Field("path", description="its file, where it is no text; relative to the source's own place")
    content: str = Field("content", description="its file's bytes, where the row itself holds them")
    text_ref: str = Field("text_ref", description="URI of its text in the object store")
    source: str = Field("source", description="where it was collected; without, the source's name")
    group: str = Field("group", description="near-duplicates, and documents of one template")
    fold: str = Field("fold", description="a fold that the data brings along")
    lang: str = Field("lang", description="its language")


class Source(Section, ABC):
    """Labelled documents at one place; one small class for each kind of place.

    A run prepares all its sources, starts Spark with the jars they ask for, checks them, and only then reads.
    """

    type: str = Field(description="the kind of place: a registered name, or the dotted path of a class")
    name: str = Field("", description="stands for the source of rows that name none; the type by default")
    columns: Columns = Columns()
    labels: dict[str, str] = Field(default_factory=dict, description="label here to label of the settings")
    where: str = Field(
        "", description="SQL condition on the source's own columns, pushed down where it can be"
    )
    train_only: bool = Field(default=False, description="learnt from, never measured on: generated documents")

    @property
    def own_name(self) -> str:
        """Stands for the source of rows that name none."""
        return self.name or self.type.rpartition(".")[-1]

    @property
    def title(self) -> str:
        """How messages name it, without any secret."""
        return f"source {self.own_name}"

    @property
    def jars(self) -> tuple[str, ...]:
        """The sets of jars that reading it takes."""
        return ()

    @property
    def folder(self) -> str:
        """What relative paths in its rows are relative to."""
        return ""

    def prepare(self) -> None:
        """Do what needs no Spark: look whether files are there, fetch or generate what is not at rest yet.

        Raises:
            UsageError: It cannot be read, for a reason that shows without Spark.
        """

    @abstractmethod
    def read(self, spark: "SparkSession") -> "DataFrame":
        """Its rows in columns of its own; Spark's errors are explained by the caller.

        Raises:
            UsageError: It cannot be read; the message names it and says the mend.
        """
