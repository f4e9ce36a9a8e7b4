"""A real Kafka broker on this machine: one JVM, loopback only, its data kept between starts."""

import base64
import subprocess
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from mailroom.contracts.errors import MailroomError
from mailroom.embedded import ports
from mailroom.embedded.child import Child
from mailroom.embedded.files import write_atomically
from mailroom.embedded.folders import require_space, room_for
from mailroom.embedded.jars import kafka_classpath
from mailroom.embedded.java import find_java
from mailroom.embedded.logs import last_line
from mailroom.embedded.topics import answering_cluster

LISTENERS = ("broker", "controller")
STOP_SECONDS = 4.0

# The second compiler costs a two-core machine more than it gives: with it, half the throughput in the first
# 100,000 records and twice the time to start.
BROKER_OPTIONS = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
TOOL_OPTIONS = ("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

LOG4J = """\
status = off
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.started.name = kafka.server.KafkaRaftServer
logger.started.level = info
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1}: %m%n%throwable{10}
"""

MEBIBYTE = 1 << 20

# One node, one disk, one person: no replicas to wait for, few partitions to open, short waits to join a group.
SETTINGS: Mapping[str, object] = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    # Flink's Kafka sink asks for an hour by default; Kafka's own default refuses that.
    "transaction.max.timeout.ms": 3_600_000,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    # Documents above the claim check's limit of 1 MiB do not travel in records.
    "message.max.bytes": 2 * MEBIBYTE,
    "replica.fetch.max.bytes": 2 * MEBIBYTE,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    # A quarter of the heap by default, for topics that are compacted by the million.
    "log.cleaner.dedupe.buffer.size": 8 * MEBIBYTE,
    "log.cleaner.threads": 1,
}


class BrokerFailed(MailroomError):
    """The broker did not come up; the message says why and where its log is."""


def server_properties(listeners: Mapping[str, int], logs: Path) -> str:
    """The broker's settings file, for its two ports and the folder of its data."""
    broker, controller = (f"{ports.LOOPBACK}:{listeners[name]}" for name in LISTENERS)
    settings = {
        **SETTINGS,
        "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{broker}",
        "controller.quorum.voters": f"1@{controller}",
        "log.dirs": _escaped(logs.absolute()),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


class Broker:
    """A broker whose data, ports and settings live in one folder.

    Args:
        data_dir: The folder; made and formatted on the first start, kept by `stop`.
        log_file: Where the JVM writes.
        port: The port to listen on; by default the one it had before, or a free one.
    """

    def __init__(self, data_dir: Path, log_file: Path, *, port: int | None = None) -> None:
        self._data = data_dir
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
        java, classpath = find_java(), ":".join(map(str, kafka_classpath()))
        with room_for(self._data):
            listeners = ports.remember(self._data / "ports.json", LISTENERS, self._fixed)
            self._port = listeners["broker"]
            write_atomically(self._settings, server_properties(listeners, self._logs))
            write_atomically(self._data / "log4j2.properties", LOG4J)
        run = [str(java.path), f"-Dlog4j2.configurationFile={self._data / 'log4j2.properties'}"]
        if self.cluster_id() is None:
            self._format([*run, *TOOL_OPTIONS, "-cp", classpath])
        return [*run, *BROKER_OPTIONS, "-cp", classpath, "kafka.Kafka", str(self._settings)]

    def start(self) -> None:
        """Prepare and start the broker; it is not ready yet. Raises as `prepare` does."""
        self._child = Child(self.prepare(), log_file=self._log, grace_seconds=STOP_SECONDS)

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


def _escaped(path: Path) -> str:
    # A properties file reads a backslash as an escape, and log.dirs a comma as the next folder.
    return str(path).replace("\\", "\\\\")
