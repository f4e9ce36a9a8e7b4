"""The embedded system: a broker, the Flink job and the classifier, started in order and kept running."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.child import sweep
from mailroom.embedded.folders import cache_folder, require_space, room_for
from mailroom.embedded.jars import flink_kafka_connector, kafka_classpath, locked, missing
from mailroom.embedded.java import Java, find_java
from mailroom.embedded.kafka import Broker
from mailroom.embedded.packages import provide_package
from mailroom.embedded.services import Folders, environment, kafka_service, python_services
from mailroom.embedded.state import (
    ServiceState,
    SystemState,
    forget,
    process_started,
    read_state,
    write_state,
)
from mailroom.embedded.supervisor import Phase, Report, Service, Supervisor
from mailroom.embedded.topics import ensure_topics
from mailroom.model_package.manifest import MANIFEST


class AlreadyUp(MailroomError):
    """An embedded system of the same home folder runs already."""


class PackageMissing(MailroomError):
    """The package that was named is not one."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may choose.

    Args:
        folders: Where to keep things.
        package: The model package; without one, a default one is trained and kept.
        port: The broker's port; without one, the port it had before, or a free one.
        partitions: Partitions of topics that do not exist yet.
    """

    folders: Folders
    package: Path | None = None
    port: int | None = None
    partitions: int = 2


def run(
    options: Options,
    stopping: threading.Event,
    *,
    say: Callable[[str], None] = lambda _: None,
    prepared: Callable[[], None] = lambda: None,
    ready: Callable[[SystemState], None] = lambda _: None,
    services: Callable[[Folders, dict[str, str]], Sequence[Service]] = python_services,
) -> None:
    """Start the system, keep it running until `stopping` is set, stop it cleanly.

    Args:
        options: What to run and where.
        stopping: Set it (from a signal handler) to stop; everything is down within ten seconds.
        say: Tells a person about work that takes long.
        prepared: Called once, when everything is on this machine and the first process is about to start: from
            here on an interruption must set `stopping` rather than end this process.
        ready: Called once, when documents flow from end to end.
        services: What runs on top of the broker.

    Raises:
        AlreadyUp: Another one runs.
        MailroomError: Something is missing, or a service would not run; the message says the mend.
    """
    folders = options.folders
    with room_for(folders.home), only_one(folders.home):
        end_leftovers(folders.home)
        for folder in (folders.home, folders.data):
            require_space(folder)
        java = find_java()
        package = usable_package(options.package) or provide_package(say)
        fetch(say)
        prepared()
        system = _System(options, stopping, package)
        try:
            system.up(java, services, ready)
        finally:
            system.down()


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home folder's lock, which ends with the process however it ends.

    Raises:
        AlreadyUp: Another process holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "up.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyUp(_already_up(read_state(home))) from None
    try:
        yield
    finally:
        lock.release()


def fetch(say: Callable[[str], None]) -> None:
    """Have all jars in the cache. Raises as `kafka_classpath` does."""
    if missing([*locked("kafka"), *locked("flink")], cache_folder() / "jars"):
        say("fetching the jars of Kafka and of Flink's connector (once, 60 MB)")
    kafka_classpath()
    flink_kafka_connector()


def end_leftovers(home: Path) -> None:
    """End what a system that was killed may have left, and forget it; call it with the lock held."""
    state = read_state(home)
    for service in state.services if state else ():
        if service.mark:
            sweep(service.mark)
    forget(home)


def usable_package(package: Path | None) -> Path | None:
    """The package that was named, as an absolute path.

    Raises:
        PackageMissing: There is no manifest in it.
    """
    if package is None:
        return None
    if not (package / MANIFEST).is_file():
        raise PackageMissing(
            f"{package} is not a model package (it has no {MANIFEST}): `mailroom train` makes one"
        )
    return package.absolute()


class _System:
    def __init__(self, options: Options, stopping: threading.Event, package: Path) -> None:
        self._options = options
        self._folders = options.folders
        self._complete = False
        self._supervisor = Supervisor(changed=self._changed, pause=stopping.wait)
        self._state = SystemState(
            pid=os.getpid(),
            process_started=process_started(os.getpid()),
            bootstrap="",
            data=str(options.folders.data),
            package=str(package),
        )
        write_state(self._state, self._folders.home)

    def up(
        self,
        java: Java,
        services: Callable[[Folders, dict[str, str]], Sequence[Service]],
        ready: Callable[[SystemState], None],
    ) -> None:
        broker = Broker(self._folders.data / "kafka", self._folders.log("kafka"), port=self._options.port)
        if not self._supervisor.start([kafka_service(broker, self._folders)]):
            return
        ensure_topics(broker.bootstrap, partitions=self._options.partitions)
        self._state = replace(self._state, bootstrap=broker.bootstrap)
        settings = environment(self._folders, broker.bootstrap, Path(self._state.package), _java_home(java))
        if self._supervisor.start(services(self._folders, settings)):
            self._complete = True
            self._changed(self._supervisor.reports())
            ready(self._state)
            self._supervisor.watch()

    def down(self) -> None:
        self._supervisor.stop()
        forget(self._folders.home)

    def _changed(self, reports: Sequence[Report]) -> None:
        services = [_service_state(report) for report in reports]
        all_ready = self._complete and all(report.phase is Phase.READY for report in reports)
        self._state = self._state.with_services(services, ready=all_ready)
        # A full disk must not stop what runs; the state file is behind until there is room.
        with suppress(OSError):
            write_state(self._state, self._folders.home)


def _service_state(report: Report) -> ServiceState:
    return ServiceState(
        report.name,
        report.phase.value,
        report.pid,
        report.mark,
        report.restarts,
        str(report.log_file),
        report.address,
    )


def _java_home(java: Java) -> Path | None:
    # On macOS `java` may be a stub outside any home; only a real home has this file.
    return java.home if (java.home / "release").is_file() else None


def _already_up(state: SystemState | None) -> str:
    what = f" (process {state.pid}, broker {state.bootstrap or 'starting'})" if state else ""
    return f"Mailroom is already up{what}: `mailroom status` shows it, `mailroom down` stops it"
