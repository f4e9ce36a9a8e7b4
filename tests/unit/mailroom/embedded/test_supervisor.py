"""The supervisor's decisions, with a clock and processes of the test's own."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mailroom.embedded.supervisor import Phase, Report, RestartPolicy, Service, ServiceFailed, Supervisor

POLICY = RestartPolicy(
    first_seconds=1.0, factor=2.0, longest_seconds=3.0, give_up_after=4, healthy_seconds=30.0
)


class FakeProcess:
    """A process that runs until the test says otherwise."""

    def __init__(self, world: "World", name: str, pid: int) -> None:
        self.world, self.name = world, name
        self.pid, self.mark = pid, f"mark-{pid}"
        self.status: int | None = None

    def poll(self) -> int | None:
        return self.status

    def ask_to_end(self) -> None:
        self.world.events.append(f"ask {self.name}")

    def end(self, grace_seconds: float) -> None:
        if self.status is None:
            self.world.events.append(f"end {self.name} {grace_seconds:g}")
            self.world.now += self.world.ending_takes
            self.status = 0


class World:
    """Time, the processes that were started, and which services are ready."""

    def __init__(self) -> None:
        self.now = 0.0
        self.events: list[str] = []
        self.processes: list[FakeProcess] = []
        self.ready: set[str] = set()
        self.pauses: int | None = None
        self.ending_takes = 0.0

    def launch(self, service: Service) -> FakeProcess:
        self.events.append(f"start {service.name} at {self.now:g}")
        self.processes.append(FakeProcess(self, service.name, 100 + len(self.processes)))
        return self.processes[-1]

    def pause(self, seconds: float) -> bool:
        self.now += seconds
        if self.pauses is None:
            return False
        self.pauses -= 1
        return self.pauses < 0

    def service(self, name: str, **more: float) -> Service:
        log = Path("/logs") / f"{name}.log"
        return Service(name, ["run", name], lambda: name in self.ready, log, **more)  # type: ignore[arg-type]

    def supervisor(self, seen: list[Sequence[Report]] | None = None) -> Supervisor:
        changed = (lambda _: None) if seen is None else seen.append
        return Supervisor(
            policy=POLICY, changed=changed, launch=self.launch, clock=lambda: self.now, pause=self.pause
        )

    def crash(self, supervisor: Supervisor, after: float, status: int = 1) -> None:
        """Let the newest process run for a time, die, and be noticed."""
        self.now += after
        self.processes[-1].status = status
        supervisor.tick()


@pytest.fixture
def world() -> World:
    """A fresh world at time 0."""
    return World()


@pytest.fixture
def started(world: World) -> Supervisor:
    """A supervisor with one ready service."""
    world.ready.add("a")
    supervisor = world.supervisor()
    supervisor.start([world.service("a")])
    world.now = 0.0
    return supervisor


def test_waits_grow_to_a_limit_and_then_end() -> None:
    """1, 2, then 3 at the most, then no more."""
    assert [POLICY.delay(failures) for failures in (1, 2, 3, 4)] == [1.0, 2.0, 3.0, None]


def test_start_waits_until_every_service_is_ready(world: World) -> None:
    """Services of one start come up side by side."""
    world.ready.update(["a", "b"])
    seen: list[Sequence[Report]] = []
    supervisor = world.supervisor(seen)
    assert supervisor.start([world.service("a"), world.service("b")])
    assert world.events == ["start a at 0", "start b at 0"]
    assert [(report.name, report.phase, report.pid, report.mark) for report in supervisor.reports()] == [
        ("a", Phase.READY, 100, "mark-100"),
        ("b", Phase.READY, 101, "mark-101"),
    ]
    assert [[report.phase for report in reports] for reports in seen] == [
        ["starting"],
        ["starting", "starting"],
        ["ready", "starting"],
        ["ready", "ready"],
    ]


def test_start_gives_way_when_it_is_time_to_stop(world: World) -> None:
    """A stop during the start is not waited out."""
    world.pauses = 3
    assert not world.supervisor().start([world.service("a")])


def test_a_service_that_ends_before_it_is_ready_fails_the_start(world: World) -> None:
    """There is no use in trying again what never worked; the message names the log."""
    supervisor = world.supervisor()
    world.pauses = 0
    supervisor.start([world.service("a")])
    with pytest.raises(
        ServiceFailed, match=r"^a ended with status 1: it wrote nothing \(its log is /logs/a\.log\)$"
    ):
        world.crash(supervisor, after=1.0)


def test_a_service_that_is_never_ready_is_ended_and_fails_the_start(world: World) -> None:
    """Waiting has a limit."""
    with pytest.raises(ServiceFailed, match=r"^a was not ready within 5 s: "):
        world.supervisor().start([world.service("a", start_seconds=5.0)])
    assert world.events == ["start a at 0", "end a 3"]


def test_a_service_that_died_is_started_again_after_a_wait(world: World, started: Supervisor) -> None:
    """Not at once, and not before the wait is over."""
    world.crash(started, after=5.0)
    assert [report.phase for report in started.reports()] == [Phase.RESTARTING]
    world.now = 5.9
    started.tick()
    assert world.events == ["start a at 0"]
    world.now = 6.0
    started.tick()
    started.tick()
    assert world.events == ["start a at 0", "start a at 6"]
    assert [(report.phase, report.restarts) for report in started.reports()] == [(Phase.READY, 1)]


def test_quick_failures_wait_longer_each_time_and_then_give_up(world: World, started: Supervisor) -> None:
    """The fourth in a row is the last, and the message counts them."""
    for wait in (1.0, 2.0, 3.0):
        world.crash(started, after=0.0)
        world.now += wait
        started.tick()
        started.tick()
    with pytest.raises(ServiceFailed, match=r"^a ended with status 7 4 times in a row: "):
        world.crash(started, after=0.0, status=7)
    assert world.events == ["start a at 0", "start a at 1", "start a at 3", "start a at 6"]


def test_a_long_good_run_forgives_earlier_failures(world: World, started: Supervisor) -> None:
    """One crash an hour never adds up to giving up."""
    for _ in range(10):
        world.crash(started, after=30.0)
        world.now += 1.0
        started.tick()
        started.tick()
    assert [(report.phase, report.restarts) for report in started.reports()] == [(Phase.READY, 10)]


def test_a_restart_that_is_never_ready_counts_as_a_failure(world: World, started: Supervisor) -> None:
    """It is ended and tried again."""
    world.ready.clear()
    world.crash(started, after=0.0)
    world.now = 1.0
    started.tick()
    world.now = 62.0
    started.tick()
    assert world.events[-1] == "end a 3"
    assert [report.phase for report in started.reports()] == [Phase.RESTARTING]


def test_what_precedes_a_start_precedes_every_start(world: World) -> None:
    """Also a restart, so that an old ready file never speaks for a new process."""
    world.ready.add("a")
    calls: list[float] = []
    service = Service(
        "a", ["run"], lambda: True, Path("/logs/a.log"), before_start=lambda: calls.append(world.now)
    )
    supervisor = world.supervisor()
    supervisor.start([service])
    world.now = 5.0
    world.crash(supervisor, after=0.0)
    world.now = 6.0
    supervisor.tick()
    assert calls == [0.0, 6.0]


def test_stop_ends_the_last_started_first(world: World) -> None:
    """Those of one start are asked together and get their own grace; what they stand on goes after them."""
    world.ready.update(["a", "b", "c"])
    supervisor = world.supervisor()
    supervisor.start([world.service("a")])
    supervisor.start([world.service("b", grace_seconds=2.0), world.service("c")])
    supervisor.stop()
    assert world.events[-6:] == ["ask c", "ask b", "end c 3", "end b 2", "ask a", "end a 3"]
    assert {report.phase for report in supervisor.reports()} == {Phase.STOPPED}


def test_stop_keeps_to_its_time(world: World) -> None:
    """What the last started took too long for is taken off the grace of those before it."""
    world.ready.update(["a", "b", "c"])
    world.ending_takes = 4.0
    supervisor = world.supervisor()
    for name in ("a", "b", "c"):
        supervisor.start([world.service(name)])
    supervisor.stop(within_seconds=5.0)
    assert world.events[-5::2] == ["end c 3", "end b 1", "end a 0"]


def test_watch_ends_when_it_is_time_to_stop(world: World, started: Supervisor) -> None:
    """And looks at the services until then."""
    world.pauses = 30
    world.processes[-1].status = 1
    started.watch()
    assert [report.restarts for report in started.reports()] == [1]
