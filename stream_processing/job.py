"""The Flink job as a process: a mini-cluster, one statement, and where to go on after a crash."""

import os
from importlib.resources import files
from pathlib import Path

import structlog
from pyflink.common import Configuration
from pyflink.table import EnvironmentSettings, TableEnvironment, TableResult

from mailroom.settings import Settings
from stream_processing import checkpoints, job_sql
from stream_processing.functions import route
from stream_processing.options import checkpoint_dir, clear_scratch, options

log = structlog.get_logger()

# The second compiler costs a small machine more than it gives: without it the job starts in half the time, and has
# spent less processor time on its first 100,000 documents.
JVM = "-Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1"


def environment(settings: Settings, connector: Path) -> TableEnvironment:
    """A table environment of one local mini-cluster that goes on from the newest checkpoint."""
    _prepare_gateway(settings.stream.state_dir)  # before any class of PyFlink starts the JVM
    configuration = Configuration()
    for name, value in options(settings, connector).items():
        configuration.set_string(name, value)
    return TableEnvironment.create(
        EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(configuration).build()
    )


def start(settings: Settings, connector: Path) -> TableResult:
    """Submit the job; it runs on after this returns."""
    directory = checkpoint_dir(settings.stream.state_dir)
    directory.mkdir(parents=True, exist_ok=True)
    restored = checkpoints.newest(directory)
    checkpoints.prune(directory, restored)
    clear_scratch(settings.stream.state_dir)
    tables = environment(settings, connector)
    tables.create_temporary_system_function("route", route(settings))
    tables.execute_sql(job_sql.source(settings.kafka, settings.stream))
    tables.execute_sql(job_sql.sink(settings.kafka, settings.stream))
    log.info("starting", restored_from=str(restored) if restored else None)
    return tables.execute_sql(job_sql.statement(settings.stream.same_content))


def _prepare_gateway(state_dir: Path) -> None:
    """Settings of the JVM that PyFlink starts: it reads them from the environment alone."""
    logs = state_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    os.environ["FLINK_LOG_DIR"] = str(logs)
    os.environ["LOG4J_PROPERTIES"] = str(files("stream_processing").joinpath("log4j2.properties"))
    os.environ.setdefault("JVM_ARGS", JVM)
    # By default a local job's Python functions are all threads of this process, and share its one lock.
    os.environ.setdefault("_python_worker_execution_mode", "process")
