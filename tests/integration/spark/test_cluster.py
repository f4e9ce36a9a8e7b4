"""A standalone cluster: one master and one worker on this machine, as processes of their own."""

import json
import os
import subprocess
import sys
import tarfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pyspark
import pytest

from mailroom.embedded.java import find_java
from mailroom.embedded.ports import any_free, is_open

HOST = "127.0.0.1"
SECONDS = 240.0

DRIVER = """
import json, sys
from training.spark import SparkSettings, session, stop

spark = session(SparkSettings.model_validate_json(sys.argv[1]))

def ask(_):
    import kernels_of_mine, sys
    import training.documents
    return [training.documents.__file__, kernels_of_mine.NAME, sys.prefix]

print(json.dumps(spark.sparkContext.parallelize([0], 1).map(ask).first()))
stop(spark)
"""


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster with one worker of one core."""
    folder = tmp_path_factory.mktemp("cluster")
    port = any_free()
    address = f"spark://{HOST}:{port}"
    place = ("--host", HOST, "--webui-port", "0")
    with ExitStack() as running:
        running.enter_context(daemon(folder / "master.log", "master.Master", *place, "--port", str(port)))
        wait_for(lambda: is_open(port))
        size = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / "work"))
        running.enter_context(daemon(folder / "worker.log", "worker.Worker", *place, *size, address))
        wait_for(lambda: "Registering worker" in (folder / "master.log").read_text())
        yield address


def daemon(log: Path, name: str, *arguments: str) -> "Process":
    """One of Spark's own daemons."""
    home = Path(pyspark.__file__).parent
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
    return Process(command, log)


class Process:
    """A process that is ended with the block."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._command = command
        self._log = log

    def __enter__(self) -> None:
        variables = {**os.environ, "JAVA_HOME": str(find_java().home), "SPARK_LOCAL_IP": HOST}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(self._command, env=variables, stdout=log, stderr=log)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=SECONDS)


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds, or the deadline has passed."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def packed_environment(folder: Path) -> Path:
    """An archive of an environment with nothing in it: Python alone."""
    venv.create(folder / "env", symlinks=True, with_pip=False)
    with tarfile.open(folder / "env.tar.gz", "w:gz") as archive:
        archive.add(folder / "env", arcname=".")
    return folder / "env.tar.gz"


def test_code_and_environment_are_sent_to_executors(master: str, tmp_path: Path) -> None:
    """Tasks run in the interpreter that was sent, and import the project and a user's own module that was sent."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kernels_of_mine.py").write_text("NAME = 'mine'\n")
    settings = {
        "master": master,
        "driver_host": HOST,
        "driver_memory": "512m",
        "executor_memory": "512m",
        "environment": str(packed_environment(tmp_path)),
        "code": [str(tmp_path / "mine")],
    }
    command = [sys.executable, "-c", DRIVER, json.dumps(settings)]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert outcome.returncode == 0, outcome.stderr
    documents, name, prefix = json.loads(outcome.stdout)
    assert documents.endswith("/mailroom-code/training/documents.py")
    assert "/work/app-" in documents
    assert name == "mine"
    assert "mailroom-environment" in prefix
