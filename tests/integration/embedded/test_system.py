"""The embedded system as processes: one at a time, restarted, stopped, killed, started again."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mailroom.embedded.child import MARK
from mailroom.embedded.state import SystemState, read_state, running

pytestmark = pytest.mark.kafka

Until = Callable[[Callable[[], bool]], bool]
Start = Callable[[], subprocess.Popen[str]]

SCRIPT = Path(__file__).with_name("small_system.py")


@pytest.fixture
def start(home: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts the system as a process; whatever a test started is ended."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "manifest.json").write_text("{}")
    started: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, str(SCRIPT), str(package)]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def is_ready(process: subprocess.Popen[str]) -> bool:
    """Whether the system of this process says that documents flow."""
    state = running()
    return state is not None and state.ready and state.pid == process.pid


def present() -> SystemState:
    """The system that runs now."""
    state = running()
    assert state is not None
    return state


def marked(state: SystemState) -> list[int]:
    """Every process of the system's services, by the mark that each inherits."""
    marks = {service.mark for service in state.services}
    return [process.pid for process in psutil.process_iter() if mark_of(process) in marks]


def mark_of(process: psutil.Process) -> str | None:
    """The mark of a live process, if it has one."""
    try:
        return process.environ().get(MARK) if process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


def mailroom(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a verb as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments], capture_output=True, text=True, check=False
    )


def test_one_runs_and_a_second_is_refused(start: Start, until: Until) -> None:
    """The second says who is there and how to go on, and does no harm to the first."""
    first = start()
    assert until(lambda: is_ready(first))
    second = start()
    _, said = second.communicate(timeout=30.0)
    assert second.returncode == 1
    assert said == (
        f"mailroom: Mailroom is already up (process {first.pid}, broker {present().bootstrap}): "
        "`mailroom status` shows it, `mailroom down` stops it\n"
    )
    assert is_ready(first)


def test_status_and_down_find_it(start: Start, until: Until) -> None:
    """`status` names services and logs, `down` ends every process, and then both say that nothing runs."""
    system = start()
    assert until(lambda: is_ready(system))
    shown = json.loads(mailroom("status", "--json").stdout)
    assert [(service["name"], service["phase"]) for service in shown["services"]] == [
        ("kafka", "ready"),
        ("worker", "ready"),
    ]
    assert all(Path(service["log"]).is_file() for service in shown["services"])
    assert min(service["memory_bytes"] for service in shown["services"]) > 10_000_000
    state = present()
    assert json.loads(mailroom("down", "--json").stdout) == {"stopped": True}
    assert marked(state) == []
    assert json.loads(mailroom("down", "--json").stdout) == {"stopped": False}
    after = mailroom("status", "--json")
    assert (after.returncode, json.loads(after.stdout)) == (1, {"running": False})


def test_sigterm_stops_everything_within_ten_seconds(start: Start, until: Until) -> None:
    """Cleanly: status 0, no process, no state."""
    system = start()
    assert until(lambda: is_ready(system))
    state = present()
    system.terminate()
    assert system.wait(10.0) == 0
    assert marked(state) == []
    assert read_state() is None


@pytest.mark.parametrize("service", ["kafka", "worker"])
def test_a_service_that_is_killed_comes_back(start: Start, until: Until, service: str) -> None:
    """Under another process id, the broker at the same address."""
    system = start()
    assert until(lambda: is_ready(system))
    before = present()
    guard = next(one.pid for one in before.services if one.name == service)
    assert guard is not None
    psutil.Process(guard).children()[0].kill()
    assert until(lambda: [one.restarts for one in present().services if one.name == service] == [1])
    assert until(lambda: is_ready(system))
    assert present().bootstrap == before.bootstrap
    assert guard not in [one.pid for one in present().services]


def test_kill_9_leaves_no_process_and_the_next_start_works(start: Start, until: Until) -> None:
    """Everything is gone soon after, and the stale state does not stand in the way."""
    system = start()
    assert until(lambda: is_ready(system))
    state = present()
    system.kill()
    assert until(lambda: marked(state) == [])
    assert running() is None
    again = start()
    assert until(lambda: is_ready(again))
    assert present().bootstrap == state.bootstrap
