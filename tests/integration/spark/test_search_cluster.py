"""The search on a standalone cluster: a real master, a real worker, a driver of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark
import pytest

from mailroom.embedded.java import find_java

ROOT = Path(__file__).parents[3]
HOST = "127.0.0.1"
DEADLINE_SECONDS = 120.0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a master with one worker of two cores, which ends with the test."""
    with ExitStack() as stack:
        place = ["--host", HOST, "--port", "0", "--webui-port", "0"]
        master = tmp_path / "master.log"
        stack.enter_context(daemon("master.Master", place, master))
        address = said(master, r"Starting Spark master at (spark://\S+)")
        worker = ["--cores", "2", "--memory", "1g", "--work-dir", str(tmp_path / "work"), address]
        stack.enter_context(daemon("worker.Worker", [*place, *worker], tmp_path / "worker.log"))
        said(tmp_path / "worker.log", r"(Successfully registered with master)")
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


@contextmanager
def daemon(name: str, arguments: list[str], log: Path) -> Iterator[None]:
    """A process of Spark's standalone cluster; its output goes to a file."""
    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    environment = {
        **os.environ,
        "JAVA_HOME": str(find_java().home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
    }
    with log.open("wb") as output:
        running = subprocess.Popen(
            [program, f"org.apache.spark.deploy.{name}", *arguments],
            stdout=output,
            stderr=output,
            env=environment,
        )
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=60)


def said(log: Path, pattern: str) -> str:
    """The first group of the pattern, as soon as the log has it."""
    until = time.monotonic() + DEADLINE_SECONDS
    while (found := re.search(pattern, log.read_text(errors="replace"))) is None:
        assert time.monotonic() < until, log.read_text(errors="replace")
        time.sleep(0.05)
    return found.group(1)
