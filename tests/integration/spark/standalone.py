"""A standalone cluster of Spark on this machine: a real master, a real worker."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

from mailroom.embedded.java import find_java

HOST = "127.0.0.1"
DEADLINE_SECONDS = 120.0


@contextmanager
def cluster_of(folder: Path) -> Iterator[str]:
    """The address of a master with one worker of two cores, whose executors work in `work` below the folder."""
    with ExitStack() as stack:
        place = ["--host", HOST, "--port", "0", "--webui-port", "0"]
        master = folder / "master.log"
        stack.enter_context(daemon("master.Master", place, master))
        address = said(master, r"Starting Spark master at (spark://\S+)")
        worker = ["--cores", "2", "--memory", "1g", "--work-dir", str(folder / "work"), address]
        stack.enter_context(daemon("worker.Worker", [*place, *worker], folder / "worker.log"))
        said(folder / "worker.log", r"(Successfully registered with master)")
        yield address


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
