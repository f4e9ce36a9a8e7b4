"""The Flink job's process: starts the job, says when it is ready, and ends with it."""

import signal
import threading
import time
from pathlib import Path
from typing import Any

import structlog
from py4j.protocol import Py4JError, Py4JJavaError

from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.failure_cap import StageBroken
from mailroom.readiness import announce
from mailroom.settings import Settings, load_settings
from mailroom.streams.kafka import require_broker
from stream_processing import checkpoints, job
from stream_processing.options import checkpoint_dir
from stream_processing.stopping import StopNote

log = structlog.get_logger()

LOOK_EVERY = 0.2  # seconds between looks at the job's state
END_STATES = frozenset({"FAILED", "CANCELED", "FINISHED", "SUSPENDED"})


class JobEnded(MailroomError):
    """The Flink job ended by itself, which a stream never should."""


def serve(settings: Settings | None = None) -> None:
    """Run the job until SIGTERM or Ctrl-C.

    Raises:
        LogUnavailable: No broker answers.
        JobEnded: The job failed for good; the supervisor starts this process anew, from the last checkpoint.
        StageBroken: Too many documents failed for what is no fault of theirs.
    """
    settings = settings or load_settings()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    require_broker(settings.kafka)
    watch(settings, stop)


def watch(settings: Settings, stop: threading.Event) -> None:
    """Start the job and look after it until `stop` is set."""
    connector = settings.stream.connector_jar or fetched_connector()
    started, note = time.time(), StopNote(settings.stream.state_dir)
    note.clear()
    client = job.start(settings, connector).get_job_client()
    ready = False
    while not stop.wait(LOOK_EVERY):
        note.obey(lambda: client.cancel().result())
        _require_running(client, settings)
        checkpoint = None if ready else checkpoints.newest(checkpoint_dir(settings.stream.state_dir))
        # A checkpoint of this run is complete once every task, and every Python worker, is up.
        if checkpoint is not None and checkpoint.stat().st_mtime > started:
            ready = True
            announce()
            log.info("ready")
    log.info("stopping")
    client.cancel().result()


def fetched_connector() -> Path:
    """The connector from the embedded runtime's cache.

    Raises:
        UsageError: This installation holds the job alone, and no setting says where the connector is.
    """
    try:
        from mailroom.embedded.jars import flink_kafka_connector  # noqa: PLC0415 - a container lacks its libraries
    except ImportError as error:
        message = "set MAILROOM_STREAM__CONNECTOR_JAR to the path of Flink's Kafka connector"
        raise UsageError(message) from error
    return flink_kafka_connector()


def _require_running(client: Any, settings: Settings) -> None:
    logs = settings.stream.state_dir / "logs"
    try:
        state = client.get_job_status().result().name
    except Py4JError as error:
        raise JobEnded(f"the Flink job's JVM is gone: see the newest file in {logs}") from error
    if state in END_STATES:
        raise JobEnded(f"the Flink job has {state.lower()}: {_cause(client)}; see the newest file in {logs}")


def _cause(client: Any) -> str:
    """The innermost cause of a failed job, in one line."""
    try:
        client.get_job_execution_result().result()
    except Py4JJavaError as error:
        lines = str(error).splitlines()
        broken = [line for line in lines if StageBroken.__name__ in line]
        if broken:
            return broken[-1].partition(": ")[2]
        causes = [line for line in lines if line.startswith("Caused by: ")]
        return causes[-1].removeprefix("Caused by: ")[:400] if causes else str(error).splitlines()[0]
    return "it ended without an error"
