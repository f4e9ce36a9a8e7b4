"""The services of the embedded system: how each is started and how one sees that it works."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mailroom.embedded import ports, ready
from mailroom.embedded.kafka import Broker
from mailroom.embedded.supervisor import Service

KAFKA, FLINK, CLASSIFIER, HTTP, DEPARTMENTS, CONSOLE = (
    "kafka", "flink", "classifier", "http", "departments", "console",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folders:
    """Where one embedded system keeps things.

    Args:
        home: What finds the system: its lock, its state, its logs, its ready files.
        data: What outlives it: the log's data, Flink's checkpoints, large documents.
    """

    home: Path
    data: Path

    @property
    def logs(self) -> Path:
        """One file for each service, and its predecessor when it grew too large."""
        return self.home / "logs"

    def log(self, name: str) -> Path:
        """The log file of one service."""
        return self.logs / f"{name}.log"

    def ready(self, name: str) -> Path:
        """The file in which a service announces itself."""
        return self.home / "ready" / name


def kafka_service(broker: Broker, folders: Folders) -> Service:
    """The log. Prepares the broker's folder; raises as `Broker.prepare` does."""
    return Service(
        KAFKA, broker.prepare(), broker.is_ready, folders.log(KAFKA), start_seconds=120.0, grace_seconds=3.0
    )


def python_services(folders: Folders, environment: Mapping[str, str]) -> list[Service]:
    """Flink's job, and the classifier, each a Python module that runs until it is told to end."""
    return [
        _python_service(FLINK, "stream_processing", folders, environment, start_seconds=300.0),
        _python_service(CLASSIFIER, "classifier_service", folders, environment, start_seconds=120.0),
    ]


def all_services(folders: Folders, environment: Mapping[str, str]) -> list[Service]:
    """The same, the HTTP door of ingest, the departments, and the console with its address."""
    door = _door(folders, environment)
    words = ("run", "--profile", environment["MAILROOM_KAFKA__BOOTSTRAP"])
    desks = _python_service(
        DEPARTMENTS, "departments", folders, _desks(environment), *words, start_seconds=120.0
    )
    return [*python_services(folders, environment), door, desks, _console(folders, environment, door.address)]


def _desks(environment: Mapping[str, str]) -> dict[str, str]:
    """One instance, whatever the machine is called: a restart takes its partitions back at once."""
    return {**environment, "MAILROOM_DESKS__INSTANCE": "embedded"}


def _console(folders: Folders, environment: Mapping[str, str], uploads: str) -> Service:
    """The page, on the loopback port that it had before."""
    port = ports.remember(folders.home / "console-port.json", [CONSOLE], {})[CONSOLE]
    settings = {
        **environment,
        "MAILROOM_CONSOLE__HOST": ports.LOOPBACK,
        "MAILROOM_CONSOLE__PORT": str(port),
        "MAILROOM_CONSOLE__UPLOAD_URL": uploads,
    }
    page = _python_service(CONSOLE, "console", folders, settings, start_seconds=60.0)
    return replace(page, address=f"http://{ports.LOOPBACK}:{port}")


def _door(folders: Folders, environment: Mapping[str, str]) -> Service:
    """The HTTP door of ingest, on the loopback port that it had before."""
    state = folders.data / "embedded-http"  # not that of a door which this user opens himself
    port = ports.remember(state / "port.json", [HTTP], {})[HTTP]
    settings = {
        **environment,
        "MAILROOM_HTTP__HOST": ports.LOOPBACK,
        "MAILROOM_HTTP__PORT": str(port),
        "MAILROOM_HTTP__STATE_DIR": str(state),
    }
    words = ("http", "--profile", environment["MAILROOM_KAFKA__BOOTSTRAP"])
    door = _python_service(HTTP, "ingest", folders, settings, *words, start_seconds=60.0)
    return replace(door, address=f"http://{ports.LOOPBACK}:{port}")


def environment(folders: Folders, bootstrap: str, package: Path, java_home: Path | None) -> dict[str, str]:
    """The settings that the services get: where the log is, where to keep things, what labels."""
    settings = {
        "MAILROOM_KAFKA__BOOTSTRAP": bootstrap,
        "MAILROOM_CLASSIFIER__PACKAGE": str(package),
        "PYTHONUNBUFFERED": "1",
    }
    if folders.data != folders.home:
        settings["MAILROOM_STREAM__STATE_DIR"] = str(folders.data / "flink")
        settings["MAILROOM_OBJECTS__URI"] = f"file://{folders.data / 'objects'}"
    if java_home is not None:
        settings["JAVA_HOME"] = str(java_home)
    return settings


def _python_service(
    name: str,
    module: str,
    folders: Folders,
    environment: Mapping[str, str],
    *words: str,
    start_seconds: float,
) -> Service:
    file = folders.ready(name)
    return Service(
        name,
        [sys.executable, "-m", module, *words],
        ready=partial(ready.is_announced, file),
        log_file=folders.log(name),
        environment={**environment, ready.VARIABLE: str(file)},
        before_start=partial(ready.clear, file),
        start_seconds=start_seconds,
        grace_seconds=2.5,
    )
