"""A Spark session: on this machine by default, on a standalone cluster by address.

Executors of a cluster need the project's libraries and its code: `shipping.py` says how they come by them.
"""

import logging
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pydantic import Field

from mailroom.contracts.errors import MailroomError
from mailroom.embedded import class_archive
from mailroom.embedded.folders import cache_folder
from mailroom.embedded.jars import locked, provide
from mailroom.embedded.java import find_java
from mailroom.settings import Section
from mailroom.terminal import messages
from training.shipping import ENVIRONMENT_FOLDER, shipped

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

STANDALONE = "spark://"
LOOPBACK = "127.0.0.1"
MASTER_VARIABLE = "MAILROOM_SPARK__MASTER"
ONE_COMPILER = "-XX:TieredStopAtLevel=1"
REHEARSAL_SECONDS = 120.0
JAVA_OPTIONS = "spark.driver.extraJavaOptions"
LOG_BYTES = 10 << 20
STOP_SECONDS = 60.0
MASTER_SECONDS = 5.0


def default_master() -> str:
    """The cluster that `MAILROOM_SPARK__MASTER` names, else two cores of this machine."""
    return os.environ.get(MASTER_VARIABLE) or "local[2]"


class SparkSettings(Section):
    """Where Spark runs, and with how much."""

    master: str = Field(
        default_factory=default_master,
        description="`local[cores]`, or `spark://host:port` of a standalone cluster",
    )
    driver_memory: str = Field("2g", description="heap of the driver, which on `local` does all the work")
    executor_memory: str = Field("2g", description="heap of each executor of a cluster")
    partitions: int = Field(8, gt=0, description="parts that data is shuffled into")
    driver_host: str | None = Field(None, description="how executors of a cluster reach this machine")
    environment: Path | None = Field(None, description="packed Python environment to send to executors")
    executor_python: str | None = Field(None, description="interpreter on executors that have the libraries")
    code: tuple[Path, ...] = Field(
        (), description="folders of further packages that tasks import: your kernels"
    )
    options: dict[str, str] = Field(default_factory=dict, description="any further Spark properties")

    @property
    def local(self) -> bool:
        """Whether everything happens on this machine."""
        return self.master.startswith("local")


class SparkFailed(MailroomError):
    """Spark did not start."""


def session(settings: SparkSettings | None = None, *, packages: Sequence[str] = ()) -> "SparkSession":
    """The session of this process: the one that runs where it suits, else a new one in its place.

    Spark's own log goes to `spark_log()`, warnings and worse; whoever waits for a run reads none of it.

    Args:
        settings: Where it runs; two cores of this machine by default.
        packages: Sets of jars, as `jars.lock` names them (`spark-mongodb`); fetched on first use.

    Raises:
        JavaMissing: There is no Java on this machine; the message says how to install one.
        JarsMissing: A set of jars cannot be fetched.
        SparkFailed: It did not start; the message shows the end of its log.
    """
    chosen = settings or SparkSettings()
    jars = [path for name in packages for path in provide(locked(name))]
    running = _running()
    if running is not None and _suits(running, chosen, jars):
        return running
    if running is not None:
        stop(running)
    return _start(chosen, jars)


def current() -> "SparkSession":
    """The session that runs, whatever its settings; without one, a new one on two cores of this machine.

    Raises:
        JavaMissing: There is no Java on this machine; the message says how to install one.
        SparkFailed: It did not start; the message shows the end of its log.
    """
    return _running() or session()


def stop(spark: "SparkSession") -> None:
    """End a session and its JVM; a later one may then have other jars."""
    from pyspark import SparkContext  # noqa: PLC0415 - `mailroom train --help` answers at once

    spark.stop()
    if SparkContext._gateway is not None:  # noqa: SLF001 - PySpark keeps the JVM for the life of the process
        _end(SparkContext._gateway)  # noqa: SLF001


def _end(gateway: Any) -> None:
    from pyspark import SparkContext  # noqa: PLC0415

    gateway.shutdown()
    SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001
    if gateway.proc is None:
        return
    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()


def spark_log() -> Path:
    """Where Spark logs."""
    return cache_folder() / "logs" / "spark.log"


def _running() -> "SparkSession | None":
    from pyspark import SparkContext  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    # The active session is one per thread; the context is one per process.
    return SparkSession.builder.getOrCreate() if SparkContext._active_spark_context else None  # noqa: SLF001


def _suits(running: "SparkSession", settings: SparkSettings, jars: Sequence[Path]) -> bool:
    conf = running.sparkContext.getConf()
    loaded = conf.get("spark.jars", "") or ""
    alike = all(_alike(name, conf.get(name), value) for name, value in _properties(settings).items())
    return alike and {str(jar) for jar in jars} <= set(loaded.split(","))


def _alike(name: str, running: str | None, wanted: str) -> bool:
    # Spark puts Java options of its own in front of those that it is given.
    return (running or "").endswith(f" {wanted}") if name == JAVA_OPTIONS else running == wanted


def _start(settings: SparkSettings, jars: Sequence[Path]) -> "SparkSession":
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    if settings.master.startswith(STANDALONE):
        _require_master(settings.master)
    # PySpark logs every error that it raises too, as JSON with both stack traces.
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    properties = {**_properties(settings), "spark.jars": ",".join(map(str, jars)), **_sent(settings)}
    conf = SparkConf().setAll(list(properties.items()))
    with _variables(settings), _log() as log:
        begun = log.tell()
        gateway = None
        try:
            gateway = launch_gateway(conf, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]
            context = SparkContext(conf=conf, gateway=gateway)
        except (PySparkException, Py4JError, OSError) as error:
            if gateway is not None:
                _end(gateway)
            reason = f"{_last_error(begun)}; its log is {spark_log()}"
            raise SparkFailed(f"Spark did not start on {settings.master}: {reason}") from error
    return SparkSession(context)


def _require_master(address: str) -> None:
    """Spark itself asks for a minute before it gives up.

    Raises:
        SparkFailed: Nobody listens at the address.
    """
    for place in address.removeprefix(STANDALONE).split(","):
        host, _, port = place.rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host, int(port)), MASTER_SECONDS):
            return
    raise SparkFailed(f"no Spark master answers at {address}: is it running, and are host and port right?")


def _properties(settings: SparkSettings) -> dict[str, str]:
    return {
        "spark.app.name": "mailroom",
        "spark.master": settings.master,
        "spark.driver.memory": settings.driver_memory,
        "spark.executor.memory": settings.executor_memory,
        "spark.log.level": "WARN",
        "spark.sql.shuffle.partitions": str(settings.partitions),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "2000",
        "spark.sql.execution.arrow.maxBytesPerBatch": "64m",
        "spark.sql.session.timeZone": "UTC",
        "spark.redaction.regex": "(?i)secret|password|token|access[.]?key|connection[.]uri",
        "spark.sql.warehouse.dir": f"file:{tempfile.gettempdir()}/mailroom-spark-warehouse",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **_addresses(settings),
        **_java_options(settings),
        **settings.options,
    }


def _sent(settings: SparkSettings) -> dict[str, str]:
    return {} if settings.local else shipped(settings.code, settings.environment)


def _java_options(settings: SparkSettings) -> dict[str, str]:
    """On this machine the JVM shares its cores with the fits: it loads its classes whole, and compiles them once."""
    if not settings.local or JAVA_OPTIONS in settings.options:
        return {}
    return {
        JAVA_OPTIONS: " ".join(
            [ONE_COMPILER, *class_archive.options(find_java(), _jars(), "spark", _rehearse)]
        )
    }


def _jars() -> list[Path]:
    import pyspark  # noqa: PLC0415

    return sorted((Path(pyspark.__file__).parent / "jars").glob("*.jar"))


def _rehearse(folder: Path, options: Sequence[str]) -> None:
    """Run a small job in a process of its own, with these options of its JVM."""
    messages().print("preparing Spark's classes for quicker starts (once, half a minute)", highlight=False)
    command = [sys.executable, "-m", "training.rehearsal", " ".join([ONE_COMPILER, *options])]
    with (folder / "log").open("wb") as log, suppress(subprocess.TimeoutExpired):
        subprocess.run(command, stdout=log, stderr=log, timeout=REHEARSAL_SECONDS, check=False)


def _addresses(settings: SparkSettings) -> dict[str, str]:
    host = LOOPBACK if settings.local else settings.driver_host
    bound = {"spark.driver.bindAddress": LOOPBACK} if host == LOOPBACK else {}
    return {**bound, "spark.driver.host": host} if host else bound


@contextmanager
def _variables(settings: SparkSettings) -> Iterator[None]:
    """The environment that PySpark reads and its JVM inherits, for as long as it starts."""
    chosen = {"JAVA_HOME": str(find_java().home), "PYSPARK_PYTHON": _interpreter(settings)}
    if settings.local:
        # The workers of this machine import what this process imports.
        folders = [*map(str, settings.code), *sys.path]
        chosen |= {"SPARK_LOCAL_IP": LOOPBACK, "PYTHONPATH": os.pathsep.join(folders)}
    before = {name: os.environ.get(name) for name in chosen}
    os.environ.update(chosen)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _interpreter(settings: SparkSettings) -> str:
    if settings.local:
        return sys.executable
    if settings.environment is not None:
        return f"{ENVIRONMENT_FOLDER}/bin/python"
    return settings.executor_python or sys.executable


@contextmanager
def _log() -> Iterator[IO[bytes]]:
    log = spark_log()
    log.parent.mkdir(parents=True, exist_ok=True)
    too_long = log.exists() and log.stat().st_size > LOG_BYTES
    with log.open("wb" if too_long else "ab") as stream:
        yield stream


def _last_error(begun: int) -> str:
    """The last line about an error that Spark logged since a position in its log."""
    with spark_log().open("rb") as log:
        log.seek(begun)
        lines = log.read().decode("utf-8", errors="replace").splitlines()
    causes = [line.strip() for line in lines if "Exception" in line or "Error" in line]
    return causes[-1] if causes else "no reason given"
