"""Keeps services running: starts them, asks whether they are ready, restarts them, stops them in reverse order."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.child import Child
from mailroom.embedded.logs import last_line

POLL_SECONDS = 0.1
STOP_SECONDS = 9.0


class ServiceFailed(MailroomError):
    """A service did not come up, or went down too often; the message names its log."""


class Phase(StrEnum):
    """Where a service is in its life."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Service:
    """How to run one service.

    Args:
        name: What people call it.
        command: The program and its arguments; it stays in the foreground.
        ready: Asks the service whether it does its work; answers soon and never raises.
        log_file: Where everything it prints goes.
        environment: Variables besides those of the supervisor.
        before_start: Done before every start, also before a restart.
        start_seconds: How long it may take to become ready.
        grace_seconds: How long it may take to end after it was asked to.
        address: Where it listens, for a person; empty where that is nobody's affair.
    """

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    log_file: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    before_start: Callable[[], None] = lambda: None
    start_seconds: float = 60.0
    grace_seconds: float = 3.0
    address: str = ""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How long to wait before a service is started again, and when to stop trying.

    Args:
        first_seconds: The wait after the first failure.
        factor: By how much each further wait is longer.
        longest_seconds: No wait is longer than this.
        give_up_after: This many failures in a row, each after less than `healthy_seconds`, are enough.
        healthy_seconds: A service that ran this long was well, and its earlier failures are forgiven.
    """

    first_seconds: float = 0.5
    factor: float = 2.0
    longest_seconds: float = 10.0
    give_up_after: int = 6
    healthy_seconds: float = 60.0

    def delay(self, failures: int) -> float | None:
        """Seconds to wait after the given number of failures in a row, or nothing to give up."""
        if failures >= self.give_up_after:
            return None
        return float(min(self.first_seconds * self.factor ** (failures - 1), self.longest_seconds))


class Process(Protocol):
    """What the supervisor needs of a running service; `Child` is the real one."""

    @property
    def pid(self) -> int:
        """The process id."""
        ...

    @property
    def mark(self) -> str:
        """What all its processes carry in their environment."""
        ...

    def poll(self) -> int | None:
        """The exit status, or nothing while it runs."""
        ...

    def ask_to_end(self) -> None:
        """Ask it to end, and come back at once."""
        ...

    def end(self, grace_seconds: float) -> None:
        """Ask it to end unless it was asked, and kill it when the grace is over."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say about one service."""

    name: str
    phase: Phase
    pid: int | None
    mark: str
    restarts: int
    log_file: Path
    address: str = ""


@dataclass(slots=True)
class _Charge:
    service: Service
    group: int
    phase: Phase = Phase.STOPPED
    process: Process | None = None
    started: float = 0.0
    due: float = 0.0
    failures: int = 0
    restarts: int = 0
    was_ready: bool = False

    def report(self) -> Report:
        pid, mark = (self.process.pid, self.process.mark) if self.process else (None, "")
        service = self.service
        return Report(service.name, self.phase, pid, mark, self.restarts, service.log_file, service.address)


def launch_child(service: Service) -> Process:
    """Start a service's process under a guard."""
    return Child(
        service.command,
        log_file=service.log_file,
        environment=service.environment,
        grace_seconds=service.grace_seconds,
    )


def sleep_on(seconds: float) -> bool:
    """Sleep, and never ask to stop."""
    time.sleep(seconds)
    return False


class Supervisor:
    """Runs services until it is told to stop.

    Args:
        policy: When a service that ended is started again.
        changed: Called after every change of a service's phase, with the reports of all.
        launch: Starts a service's process.
        clock: Seconds that never go back.
        pause: Sleeps between two rounds of asking; returns true when it is time to stop.
    """

    def __init__(
        self,
        *,
        policy: RestartPolicy | None = None,
        changed: Callable[[Sequence[Report]], None] = lambda _: None,
        launch: Callable[[Service], Process] = launch_child,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], bool] = sleep_on,
    ) -> None:
        self._policy = policy or RestartPolicy()
        self._changed = changed
        self._launch = launch
        self._clock = clock
        self._pause = pause
        self._charges: list[_Charge] = []
        self._starts = 0

    def reports(self) -> list[Report]:
        """The state of every service, in the order they were started."""
        return [charge.report() for charge in self._charges]

    def start(self, services: Iterable[Service]) -> bool:
        """Start services side by side and wait until all are ready, or until it is time to stop.

        Returns:
            Whether all are ready.

        Raises:
            ServiceFailed: One of them ended or was not ready in time.
        """
        self._starts += 1
        for service in services:
            charge = _Charge(service, self._starts)
            self._charges.append(charge)
            self._begin(charge)
        while any(charge.phase is not Phase.READY for charge in self._charges):
            self.tick()
            if self._pause(POLL_SECONDS):
                return False
        return True

    def watch(self) -> None:
        """Keep all services running until it is time to stop.

        Raises:
            ServiceFailed: One went down too often.
        """
        while not self._pause(POLL_SECONDS):
            self.tick()

    def tick(self) -> None:
        """Look at every service once, and do what is due.

        Raises:
            ServiceFailed: One went down too often, or never came up.
        """
        for charge in self._charges:
            if charge.phase is Phase.RESTARTING:
                self._restart_when_due(charge)
            elif charge.process is not None and charge.process.poll() is not None:
                self._went_down(charge, f"ended with status {charge.process.poll()}")
            elif charge.phase is Phase.STARTING:
                self._ask(charge)

    def stop(self, within_seconds: float = STOP_SECONDS) -> None:
        """Stop all services within the given time, the last started first, those of one start together."""
        end = self._clock() + within_seconds
        for group in range(self._starts, 0, -1):
            charges = [charge for charge in reversed(self._charges) if charge.group == group]
            for charge in charges:
                if charge.process is not None:
                    charge.process.ask_to_end()
            for charge in charges:
                self._end(charge, end - self._clock())

    def _end(self, charge: _Charge, left_seconds: float) -> None:
        if charge.process is not None:
            charge.process.end(max(min(charge.service.grace_seconds, left_seconds), 0.0))
        self._enter(charge, Phase.STOPPED)

    def _begin(self, charge: _Charge) -> None:
        charge.service.before_start()
        charge.process = self._launch(charge.service)
        charge.started = self._clock()
        self._enter(charge, Phase.STARTING)

    def _ask(self, charge: _Charge) -> None:
        if charge.service.ready():
            charge.was_ready = True
            self._enter(charge, Phase.READY)
        elif self._clock() - charge.started > charge.service.start_seconds:
            if charge.process is not None:
                charge.process.end(charge.service.grace_seconds)
            self._went_down(charge, f"was not ready within {charge.service.start_seconds:.0f} s")

    def _restart_when_due(self, charge: _Charge) -> None:
        if self._clock() >= charge.due:
            charge.restarts += 1
            self._begin(charge)

    def _went_down(self, charge: _Charge, what: str) -> None:
        well = charge.was_ready and self._clock() - charge.started >= self._policy.healthy_seconds
        charge.failures = 1 if well else charge.failures + 1
        delay = self._policy.delay(charge.failures) if charge.was_ready else None
        if delay is None:
            raise ServiceFailed(_epitaph(charge, what))
        charge.due = self._clock() + delay
        self._enter(charge, Phase.RESTARTING)

    def _enter(self, charge: _Charge, phase: Phase) -> None:
        charge.phase = phase
        self._changed(self.reports())


def _epitaph(charge: _Charge, what: str) -> str:
    service = charge.service
    often = f" {charge.failures} times in a row" if charge.failures > 1 else ""
    return f"{service.name} {what}{often}: {last_line(service.log_file)} (its log is {service.log_file})"
