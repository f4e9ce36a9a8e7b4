"""Batch prediction from a bucket into a bucket: a moto server in the place of Amazon's."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.integration.spark.servers import S3Server


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    """A server with an empty bucket."""
    with S3Server() as running:
        yield running


def test_documents_and_results_may_lie_in_a_bucket(
    server: S3Server, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files below a prefix and a package there; the parts are gone in the end, a missing bucket is one line."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": server.key,
        "AWS_SECRET_ACCESS_KEY": server.secret,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": server.endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    for file in package.rglob("*"):
        if file.is_file():
            server.put(f"package/{file.relative_to(package)}", file.read_bytes())
    for number in range(3):
        server.put(f"in/deep/{number}.txt", f"Invoice {number}, amount due 12.00 EUR".encode())
    bucket = f"s3://{server.bucket}"
    done = classify(
        f"{bucket}/in", "--output", f"{bucket}/out/labels.parquet", "--package", f"{bucket}/package"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["labelled"] == 3
    keys = [
        item["Key"] for item in server.client.list_objects_v2(Bucket=server.bucket, Prefix="out")["Contents"]
    ]
    assert keys == ["out/labels.parquet", "out/labels.parquet.run.json"]
    content = server.client.get_object(Bucket=server.bucket, Key="out/labels.parquet")["Body"].read()
    rows = pq.read_table(io.BytesIO(content)).to_pylist()
    assert [row["id"] for row in rows] == ["deep/0.txt", "deep/1.txt", "deep/2.txt"]
    assert rows[0]["input"] == f"{bucket}/in/deep/0.txt"
    missing = classify("s3://no-such-bucket/in", "--output", f"{bucket}/x.jsonl", "--package", str(package))
    assert missing.returncode in {1, 2}
    assert missing.stderr.startswith("mailroom: s3://no-such-bucket/in: ")
    assert "Traceback" not in missing.stderr


def classify(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Call the verb."""
    command = [sys.executable, "-m", "cli", "classify", *arguments, "--workers", "1", "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
