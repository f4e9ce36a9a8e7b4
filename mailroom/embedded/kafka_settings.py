"""A broker's settings, for one machine and one person."""

from collections.abc import Mapping
from pathlib import Path

from mailroom.embedded.ports import LOOPBACK

LISTENERS = ("broker", "controller")

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


def server_properties(listeners: Mapping[str, int], logs: Path) -> str:
    """The broker's settings file, for its two ports and the folder of its data."""
    broker, controller = (f"{LOOPBACK}:{listeners[name]}" for name in LISTENERS)
    settings = {
        **SETTINGS,
        "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{broker}",
        "controller.quorum.voters": f"1@{controller}",
        "log.dirs": _escaped(logs.absolute()),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _escaped(path: Path) -> str:
    # A properties file reads a backslash as an escape, and log.dirs a comma as the next folder.
    return str(path).replace("\\", "\\\\")
