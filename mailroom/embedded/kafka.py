"""A real Kafka broker on this machine: one JVM, loopback only, its data kept between starts."""

import base64
import subprocess
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from mailroom.contracts.errors import MailroomError
from mailroom.embedded import class_archive, ports
from mailroom.embedded.child import Child
from mailroom.embedded.files import write_atomically
from mailroom.embedded.folders import require_space, room_for
from mailroom.embedded.jars import kafka_classpath
from mailroom.embedded.java import find_java
from mailroom.embedded.kafka_settings import (
    BROKER_OPTIONS,
    LISTENERS,
    LOG4J,
    TOOL_OPTIONS,
    server_properties,
)
from mailroom.embedded.logs import last_line
from mailroom.embedded.topics import answering_cluster, ensure_topics

STOP_SECONDS = 4.0


class BrokerFailed(MailroomError):
    """The broker did not come up; the message says why and where its log is."""


class Broker:
    """A broker whose data, ports and settings live in one folder.

    Args:
        data_dir: The folder; made and formatted on the first start, kept by `stop`.
        log_file: Where the JVM writes.
        port: The port to listen on; by default the one it had before, or a free one.
        jvm_options: More options for its JVM; by default those that load its classes from an archive.
    """

    def __init__(
        self,
        data_dir: Path,
        log_file: Path,
        *,
        port: int | None = None,
        jvm_options: Sequence[str] | None = None,
    ) -> None:
        self._data = data_dir.absolute()
        self._jvm_options = jvm_options
        self._log = log_file
        self._fixed = {"broker": port} if port else {}
        self._port: int | None = port
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """The address that clients need, `127.0.0.1:port`; known once the broker was prepared."""
        if self._port is None:
            raise BrokerFailed("the broker has no port yet: start it first")
        return f"{ports.LOOPBACK}:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process id of the broker's guard while it runs."""
        return self._child.pid if self._child else None

    def prepare(self) -> list[str]:
        """Choose ports, write the settings, format the data folder the first time.

        Returns:
            The command that runs the broker in the foreground.

        Raises:
            PortTaken: The port that was asked for belongs to another program.
            DiskFull: There is less than a gibibyte to start with.
            JavaMissing: There is no Java that runs Kafka.
            JarsMissing: Kafka's jars are neither cached nor to be had.
            BrokerFailed: The folder could not be formatted.
        """
        require_space(self._data)
        java, jars = find_java(), kafka_classpath()
        options = self._jvm_options
        if options is None:
            options = class_archive.options(java, jars, "kafka", _run_once)
        with room_for(self._data):
            listeners = ports.remember(self._data / "ports.json", LISTENERS, self._fixed)
            self._port = listeners["broker"]
            write_atomically(self._settings, server_properties(listeners, self._logs))
            write_atomically(self._data / "log4j2.properties", LOG4J)
        run = [str(java.path), f"-Dlog4j2.configurationFile={self._data / 'log4j2.properties'}"]
        classes = ["-cp", ":".join(map(str, jars))]
        if self.cluster_id() is None:
            self._format([*run, *TOOL_OPTIONS, *classes])
        return [*run, *BROKER_OPTIONS, *options, *classes, "kafka.Kafka", str(self._settings)]

    def start(self) -> None:
        """Prepare and start the broker; it is not ready yet. Raises as `prepare` does."""
        # `stop` keeps the time; writing a class archive at the end takes longer than a stop may.
        self._child = Child(self.prepare(), log_file=self._log, grace_seconds=class_archive.WRITING_SECONDS)

    def wait_ready(self, deadline_seconds: float = 60.0) -> None:
        """Wait until the broker answers.

        Raises:
            BrokerFailed: It ended, or did not answer in time.
        """
        end = time.monotonic() + deadline_seconds
        while not self.is_ready():
            if self._child is not None and self._child.poll() is not None:
                raise BrokerFailed(f"Kafka did not start: {last_line(self._log)}; its log is {self._log}")
            if time.monotonic() > end:
                raise BrokerFailed(
                    f"Kafka did not answer within {deadline_seconds:.0f} s; its log is {self._log}"
                )
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Whether this broker, and not another one on its port, answers with its metadata."""
        if self._port is None or not ports.is_open(self._port):
            return False
        found = answering_cluster(self.bootstrap)
        return found is not None and found == self.cluster_id()

    def stop(self, grace_seconds: float = STOP_SECONDS) -> None:
        """Stop the broker cleanly, or kill it when it takes too long; its data stays."""
        if self._child is not None:
            self._child.end(grace_seconds)
            self._child = None

    def cluster_id(self) -> str | None:
        """The id that the data folder was formatted with, or nothing before that."""
        file = self._logs / "meta.properties"
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        found = [line.removeprefix("cluster.id=") for line in lines if line.startswith("cluster.id=")]
        return found[0] if found else None

    def __enter__(self) -> Self:
        """Start and wait until the broker answers."""
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the broker."""
        self.stop()

    @property
    def _logs(self) -> Path:
        return self._data / "log"

    @property
    def _settings(self) -> Path:
        return self._data / "server.properties"

    def _format(self, tool: list[str]) -> None:
        # Kafka's ids are UUIDs in URL-safe base 64 without padding; one that begins with a dash is an option.
        cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        command = [*tool, "kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster]
        outcome = subprocess.run(
            [*command, "-c", str(self._settings)], capture_output=True, text=True, check=False
        )
        if outcome.returncode:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._log.write_text(outcome.stdout + outcome.stderr, encoding="utf-8")
            raise BrokerFailed(f"Kafka could not format {self._data}: {last_line(self._log)}")


def _run_once(folder: Path, jvm_options: Sequence[str]) -> None:
    broker = Broker(folder / "data", folder / "kafka.log", jvm_options=jvm_options)
    with broker:
        ensure_topics(broker.bootstrap, names=["a"])
        broker.stop(class_archive.WRITING_SECONDS)
