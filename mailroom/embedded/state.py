"""What runs, written where the other verbs find it: the broker's address, processes, folders and logs."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from mailroom.embedded.files import write_atomically
from mailroom.settings import home

FORMAT = 1
PROFILE = "embedded"
CLOCK_SLACK_SECONDS = 5.0  # start times are counted from the boot, whose time moves when the clock is set


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service: where it is in its life, its guard's process id, its processes' mark, its log, where it listens."""

    name: str
    phase: str
    pid: int | None
    mark: str
    restarts: int
    log: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class SystemState:
    """The embedded system as its supervisor last described it.

    Args:
        pid: The supervisor's process id.
        process_started: When that process started, in seconds since 1970, so that a process id which was used
            again is not taken for it.
        bootstrap: The broker's address, empty until it is known.
        data: The folder of everything that outlives the system.
        package: The model package that labels.
        ready: Whether documents flow from end to end.
        services: What runs, in the order of starting.
        profile: What `send --profile` calls this system.
    """

    pid: int
    process_started: float
    bootstrap: str
    data: str
    package: str
    ready: bool = False
    services: tuple[ServiceState, ...] = ()
    profile: str = PROFILE

    @property
    def alive(self) -> bool:
        """Whether the supervisor that wrote this still runs."""
        return abs(process_started(self.pid) - self.process_started) < CLOCK_SLACK_SECONDS

    def with_services(self, services: Sequence[ServiceState], *, ready: bool) -> "SystemState":
        """The same system with other services."""
        return replace(self, services=tuple(services), ready=ready)

    def document(self) -> dict[str, Any]:
        """The state as JSON-serialisable values."""
        return {"format": FORMAT, **asdict(self)}


def state_file(folder: Path | None = None) -> Path:
    """Where the state of the system of a home folder is written."""
    return (folder or home()) / "state.json"


def process_started(pid: int) -> float:
    """When a process started, in seconds since 1970; 0 when there is none."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return process.create_time()
    return 0.0


def write_state(state: SystemState, folder: Path | None = None) -> None:
    """Replace the state file."""
    write_atomically(state_file(folder), json.dumps(state.document(), indent=2))


def read_state(folder: Path | None = None) -> SystemState | None:
    """The state as last written, alive or not; nothing when there is none or it is of another format."""
    with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
        fields = json.loads(state_file(folder).read_text(encoding="utf-8"))
        if fields.pop("format") == FORMAT:
            services = tuple(ServiceState(**service) for service in fields.pop("services"))
            return SystemState(**fields, services=services)
    return None


def running(folder: Path | None = None) -> SystemState | None:
    """The system that runs now and has a broker, or nothing.

    Args:
        folder: Its home folder; the user's (`MAILROOM_HOME`) by default.
    """
    state = read_state(folder)
    return state if state is not None and state.alive and state.bootstrap else None


def forget(folder: Path | None = None) -> None:
    """Remove the state file."""
    state_file(folder).unlink(missing_ok=True)
