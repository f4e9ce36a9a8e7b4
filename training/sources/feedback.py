"""Labels that people confirmed or corrected, from the topic `documents.feedback`.

The topic is read up to its present end before Spark starts. Of several judgements on a document the last one counts;
a document whose judgement was taken back is left out. Its text comes from the object store: the one that was kept, else
the original, read as production reads it.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from urllib.request import url2pathname

from pydantic import Field

from mailroom.contracts.codec import decode
from mailroom.contracts.errors import MalformedRecord, UsageError
from mailroom.contracts.records import Feedback
from mailroom.contracts.topics import Topic
from mailroom.settings import KafkaSettings, load_settings
from training.sources.base import Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

BATCH = 1_000
LOCAL = "file://"


class ConfirmedLabels(Source):
    """The judgements of people, up to the moment at which the run begins."""

    type: str = "feedback"
    kafka: KafkaSettings | None = Field(None, description="by default the log of the settings")
    topic: str = Topic.FEEDBACK.value
    without_text: Literal["stop", "skip"] = Field(
        "stop", description="what to do about documents of which neither text nor original was kept"
    )

    @property
    def title(self) -> str:
        """With its address."""
        return f"source {self.own_name} ({self._log.bootstrap} {self.topic})"

    def prepare(self) -> None:
        """Read the topic.

        Raises:
            LogUnavailable: No broker answers.
            StreamError: There is no such topic, or it may not be read.
            UsageError: Nobody confirmed a label yet, or the text of a document was not kept.
        """
        kept = [item for item in self._judgements if _reference(item)]
        lost = len(self._judgements) - len(kept)
        if lost and self.without_text == "stop":
            raise UsageError(
                f"{self.title}: of {lost} documents neither text nor original was kept: "
                "leave them out with `without_text: skip`"
            )
        if not kept:
            raise UsageError(f"{self.title}: no confirmed labels yet")

    def read(self, spark: "SparkSession") -> "DataFrame":
        """A row per document: `id`, `label`, and `text_ref` or `path`."""
        import pyarrow as pa  # noqa: PLC0415 - `--help` answers at once

        rows = [
            {
                "id": item.id,
                "label": item.label,
                "predicted": item.predicted,
                "actor": item.actor,
                "at": item.at,
                "text_ref": item.text_ref,
                "path": None if item.text_ref else _place(item.source.dataref),
            }
            for item in self._judgements
            if _reference(item)
        ]
        columns = ("id", "label", "predicted", "actor", "at", "text_ref", "path")
        return spark.createDataFrame(
            pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in columns]))
        )

    @property
    def _log(self) -> KafkaSettings:
        return self.kafka or load_settings().kafka

    @cached_property
    def _judgements(self) -> list[Feedback]:
        """The last judgement on each document that still holds, in the order of their first ones."""
        latest: dict[str, Feedback] = {}
        for item in _read_all(self._log, self.topic, self.title):
            if item.id not in latest or latest[item.id].at <= item.at:
                latest[item.id] = item
        return [item for item in latest.values() if not item.withdrawn]


def _read_all(kafka: KafkaSettings, topic: str, title: str) -> Iterator[Feedback]:
    from mailroom.streams.kafka import KafkaReader, require_broker  # noqa: PLC0415 - as above

    require_broker(kafka)
    reader = KafkaReader(kafka, [topic])
    try:
        while not reader.caught_up():
            for record in reader.poll(BATCH, timeout=0.5):
                try:
                    yield decode(Feedback, record.value)
                except MalformedRecord as error:
                    raise UsageError(f"{title}: record {record.position}: {error}") from error
    finally:
        reader.close()


def _reference(item: Feedback) -> str | None:
    return item.text_ref or item.source.dataref


def _place(uri: str | None) -> str | None:
    return url2pathname(uri.removeprefix(LOCAL)) if uri and uri.startswith(LOCAL) else uri
