"""`mailroom classify --master` on a standalone cluster, into PostgreSQL."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.spark.servers import Postgres
from tests.integration.spark.standalone import HOST, cluster_of

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a master with one worker of two cores."""
    with cluster_of(tmp_path_factory.mktemp("cluster")) as address:
        yield address


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Two hundred mails, one of which is gone, in lists of files: several parts."""
    (tmp_path / "mail.txt").write_text("Invoice 17, amount due 12.00 EUR, please pay by transfer")
    rows = [{"id": f"mail-{number:03}", "path": "mail.txt"} for number in range(200)]
    rows[7]["path"] = "gone.txt"
    (tmp_path / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path / "documents.jsonl"


def classify(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Call the verb."""
    command = [sys.executable, "-m", "cli", "classify", *arguments, "--json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=250, check=False, cwd=ROOT)


def test_a_cluster_labels_into_a_database(
    cluster: str,
    postgres: Postgres,
    package: Path,
    documents: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Executors get code and package from the driver; every mail has one row, and asked again nothing is done."""
    monkeypatch.setenv("MAILS_PASSWORD", postgres.password)
    url = f"postgresql+psycopg://{postgres.user}:${{MAILS_PASSWORD}}@{HOST}:{postgres.port}/postgres"
    spark = ["--master", cluster, "--spark", f"driver_host={HOST}", "--spark", "executor_memory=512m"]
    to = ["--package", str(package), "--output", url, "--table", "mails"]
    begun, again = classify(str(documents), *to, *spark), classify(str(documents), *to)
    assert begun.returncode == 0, begun.stderr
    answer = json.loads(begun.stdout)
    assert (answer["documents"], answer["labelled"], answer["reasons"]) == (200, 199, {"original-missing": 1})
    assert answer["parts"] > 1
    assert json.loads(again.stdout)["parts_from_earlier_runs"] == answer["parts"]
    assert postgres.password not in begun.stdout + begun.stderr + again.stdout
    rows = postgres.rows("SELECT count(*), count(DISTINCT id), count(label) FROM mails")
    assert rows == [(200, 200, 199)]
    [[told]] = postgres.rows("SELECT provenance FROM mails_runs")
    assert json.loads(told)["model"]["digest"] == answer["model"]["digest"]


def test_a_cluster_that_is_not_there_is_one_line(cluster: str, package: Path, documents: Path) -> None:
    """An option that is none likewise."""
    to = ["--package", str(package), "--output", str(documents.with_name("labels.jsonl"))]
    nowhere = classify(str(documents), *to, "--master", "spark://127.0.0.1:1")
    assert (nowhere.returncode, nowhere.stderr.splitlines()[-1]) == (
        1,
        "mailroom: no Spark master answers at spark://127.0.0.1:1: is it running, and are host and port right?",
    )
    wrong = classify(str(documents), *to, "--master", cluster, "--spark", "memory=1g")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("mailroom: --spark memory=1g: give NAME=VALUE")
