"""Sources in a bucket, read by Spark's own readers from a moto server."""

import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mailroom.contracts.errors import UsageError
from tests.integration.spark.servers import S3Server
from tests.integration.spark.sources.reading import LABELS, rows
from training.sources import check
from training.sources.files import Folders, JsonLines, Parquet

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DOCUMENTS = [{"id": "a", "label": "invoice", "text": "Due."}, {"id": "b", "label": "other", "text": "Hello."}]


def parquet(documents: list[dict[str, Any]]) -> bytes:
    """A Parquet file of these rows."""
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(documents), buffer)
    return buffer.getvalue()


def test_parquet_in_a_bucket(spark: "SparkSession", s3: S3Server) -> None:
    """All files below a key are one table."""
    s3.put("history/one.parquet", parquet(DOCUMENTS[:1]))
    s3.put("history/two.parquet", parquet(DOCUMENTS[1:]))
    source = Parquet.model_validate({"path": f"s3://{s3.bucket}/history", "s3": s3.settings()})
    source.prepare()
    assert check(spark, [source], LABELS) == {"invoice": 1, "other": 1}
    assert rows(spark, source, "id", "label", "text") == [("a", "invoice", "Due."), ("b", "other", "Hello.")]


def test_json_lines_in_a_bucket(spark: "SparkSession", s3: S3Server) -> None:
    """Paths in its lines are relative to the file's own key."""
    lines = [*DOCUMENTS, {"id": "c", "label": "other", "path": "scans/c.png"}]
    url = s3.put("lines/documents.jsonl", "\n".join(map(json.dumps, lines)).encode())
    source = JsonLines.model_validate({"path": url, "s3": s3.settings()})
    assert rows(spark, source, "id", "path") == [
        ("a", ""),
        ("b", ""),
        ("c", f"s3://{s3.bucket}/lines/scans/c.png"),
    ]


def test_folders_in_a_bucket(spark: "SparkSession", s3: S3Server) -> None:
    """Files come with their bytes, since workers have no path to them."""
    s3.put("letters/invoice/a.txt", b"Due.")
    s3.put("letters/other/2019/b.html", b"<p>Hello.</p>")
    source = Folders.model_validate({"path": f"s3://{s3.bucket}/letters", "s3": s3.settings()})
    assert check(spark, [source], LABELS) == {"invoice": 1, "other": 1}
    assert rows(spark, source, "id", "label", "source", "content") == [
        ("invoice/a.txt", "invoice", "letters", b"Due."),
        ("other/2019/b.html", "other", "letters", b"<p>Hello.</p>"),
    ]


@pytest.mark.parametrize("place", ["documents/nothing/here.parquet", "no-such-bucket/file.parquet"])
def test_what_is_not_in_the_bucket_is_told(spark: "SparkSession", s3: S3Server, place: str) -> None:
    """A wrong bucket or key is one line, and shows no key."""
    source = Parquet.model_validate({"path": f"s3://{place}", "s3": s3.settings()})
    with pytest.raises(UsageError) as raised:
        check(spark, [source], LABELS)
    assert str(raised.value).startswith(
        f"source parquet (s3://{place}): no such place: mend the name in the configuration"
    )
    assert s3.secret not in str(raised.value)


def test_keys_are_shown_nowhere(s3: S3Server) -> None:
    """The configuration as it is recorded holds no key."""
    source = Parquet.model_validate({"path": "s3://a/b", "s3": s3.settings()})
    assert s3.secret not in f"{source!r} {source.model_dump_json()}"
    assert s3.key not in f"{source!r} {source.model_dump_json()}"
