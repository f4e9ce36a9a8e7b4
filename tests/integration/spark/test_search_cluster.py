"""The search on a standalone cluster: a real master, a real worker, a driver of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.spark.standalone import HOST, cluster_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a master with one worker of two cores, which ends with the test."""
    with cluster_of(tmp_path) as address:
        yield address


def test_a_cluster_is_sent_all_it_needs(cluster: str, tmp_path: Path) -> None:
    """Documents, the project's code and a kernel of one's own reach executors that share no folder with the driver."""
    mine = tmp_path / "code"
    mine.mkdir()
    shutil.copy(Path(__file__).with_name("searched_kernels.py"), mine / "my_kernels.py")
    spark = {"master": cluster, "driver_host": HOST, "executor_memory": "512m", "code": [str(mine)]}
    small = {"kernel": "my_kernels.Small", "parameters": {"c": [1.0, 10.0], "fewest": 1}}
    command = [sys.executable, "-m", "tests.integration.spark.searching", str(tmp_path / "run")]
    done = subprocess.run(
        [*command, json.dumps(spark), json.dumps({"kernels": [small, "my_kernels.Plain"]})],
        check=True,
        stdout=subprocess.PIPE,
        timeout=250,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(mine)])},
    )
    rows = json.loads(done.stdout)
    assert [status for status, _, _ in rows] == ["finished"] * 4, rows
    assert rows[0][1] > 0.75
    assert list((tmp_path / "work").glob("app-*"))  # executors have run
