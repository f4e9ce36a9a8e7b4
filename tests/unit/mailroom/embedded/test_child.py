"""Real processes under a guard: they end when asked, and never outlive the one that started them."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mailroom.embedded.child import MARK, Child, sweep

Until = Callable[[Callable[[], bool]], bool]

# A service that starts a process of its own, which starts one in a session of its own, as JVMs and their
# Python workers do; each writes its process id.
TREE = """
import os, pathlib, signal, subprocess, sys
folder, depth = pathlib.Path(sys.argv[1]), int(sys.argv[2])
if depth:
    subprocess.Popen([sys.executable, "-c", sys.argv[3], str(folder), str(depth - 1), sys.argv[3]],
                     start_new_session=depth == 1)
(folder / f"{depth}.tmp").write_text(str(os.getpid()))
(folder / f"{depth}.tmp").rename(folder / f"{depth}.pid")
while True:
    signal.pause()
"""

# A runtime that starts the tree and then waits to be killed.
RUNTIME = """
import pathlib, signal, sys
from mailroom.embedded.child import Child
folder = pathlib.Path(sys.argv[1])
child = Child([sys.executable, "-c", sys.argv[2], str(folder), "2", sys.argv[2]], log_file=folder / "tree.log")
(folder / "guard.tmp").write_text(str(child.pid))
(folder / "guard.tmp").rename(folder / "guard.pid")
while True:
    signal.pause()
"""

STUBBORN = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
while True:
    signal.pause()
"""


def tree_command(folder: Path) -> list[str]:
    """The command of a service that is three processes deep."""
    return [sys.executable, "-c", TREE, str(folder), "2", TREE]


def tree(folder: Path) -> list[int]:
    """The process ids of the tree, the outermost first; empty until all are there."""
    files = [folder / f"{depth}.pid" for depth in (2, 1, 0)]
    return [int(file.read_text()) for file in files] if all(file.exists() for file in files) else []


def alive(pids: list[int]) -> list[int]:
    """Those that still run."""
    return [pid for pid in pids if psutil.pid_exists(pid) and not is_zombie(pid)]


def is_zombie(pid: int) -> bool:
    """Whether a process has ended and only its entry is left."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def child(tmp_path: Path, until: Until) -> Iterator[Child]:
    """A tree of three processes under a guard."""
    running = Child(tree_command(tmp_path), log_file=tmp_path / "tree.log", grace_seconds=2.0)
    assert until(lambda: len(tree(tmp_path)) == 3)
    yield running
    running.end(2.0)


def test_ending_a_service_ends_everything_it_started(tmp_path: Path, child: Child) -> None:
    """Grandchildren go too, also one in a session of its own."""
    child.end(2.0)
    assert alive(tree(tmp_path)) == []
    assert child.poll() == 128 + signal.SIGTERM


@pytest.mark.parametrize("which", [0, 1, 2])
def test_whichever_process_dies_the_rest_can_be_ended(
    tmp_path: Path, until: Until, child: Child, which: int
) -> None:
    """Processes that lost their parent are still the guard's to end."""
    pids = tree(tmp_path)
    psutil.Process(pids[which]).kill()
    assert until(lambda: pids[which] not in alive(pids))
    child.end(2.0)
    assert alive(pids) == []


def test_when_the_service_itself_dies_its_processes_go_too(
    tmp_path: Path, until: Until, child: Child
) -> None:
    """A service that crashed leaves nothing that would stand in the way of its restart."""
    pids = tree(tmp_path)
    psutil.Process(pids[0]).kill()
    assert until(lambda: child.poll() == 128 + signal.SIGKILL)
    assert alive(pids) == []


def test_a_stubborn_service_is_killed_when_its_grace_is_over(tmp_path: Path, until: Until) -> None:
    """Ignoring SIGTERM does not help it."""
    started = tmp_path / "started"
    command = [sys.executable, "-c", STUBBORN, str(started)]
    stubborn = Child(command, log_file=tmp_path / "log", grace_seconds=0.2)
    assert until(started.exists)
    stubborn.ask_to_end()
    assert stubborn.join(10.0)
    assert stubborn.poll() == 128 + signal.SIGKILL


@pytest.fixture
def runtime(tmp_path: Path, until: Until) -> Iterator[subprocess.Popen[bytes]]:
    """A runtime with its service, to be killed."""
    process = subprocess.Popen([sys.executable, "-c", RUNTIME, str(tmp_path), TREE])
    assert until(lambda: (tmp_path / "guard.pid").exists() and len(tree(tmp_path)) == 3)
    yield process
    process.kill()
    process.wait()


def test_kill_9_of_the_runtime_leaves_no_orphan(
    tmp_path: Path, until: Until, runtime: subprocess.Popen[bytes]
) -> None:
    """Every process is gone soon after the one that started it all was killed."""
    pids = [int((tmp_path / "guard.pid").read_text()), *tree(tmp_path)]
    runtime.kill()
    assert until(lambda: alive(pids) == [])


def test_kill_9_of_guard_and_runtime_leaves_only_what_a_mark_finds(
    tmp_path: Path, until: Until, runtime: subprocess.Popen[bytes]
) -> None:
    """The kernel ends the service, and the next start ends the rest by the mark in the state file."""
    guard, pids = int((tmp_path / "guard.pid").read_text()), tree(tmp_path)
    mark = psutil.Process(pids[0]).environ()[MARK]
    psutil.Process(guard).kill()
    runtime.kill()
    assert until(lambda: pids[0] not in alive(pids))
    sweep(mark)
    assert until(lambda: alive(pids) == [])


def test_kill_9_of_the_guard_is_noticed_and_swept_up(tmp_path: Path, until: Until, child: Child) -> None:
    """The kernel ends the service; joining ends what the service left."""
    pids = tree(tmp_path)
    psutil.Process(child.pid).kill()
    assert child.join(10.0)
    assert until(lambda: alive(pids) == [])


def test_what_a_service_prints_is_in_its_log(tmp_path: Path) -> None:
    """Both streams, to the last line before the end, and the exit status is the service's."""
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    child = Child([sys.executable, "-u", "-c", code], log_file=tmp_path / "logs" / "a.log")
    assert child.join(10.0)
    assert child.poll() == 3
    assert (tmp_path / "logs" / "a.log").read_text() == "out\nerr\n"


def test_the_environment_is_passed_on(tmp_path: Path) -> None:
    """The service sees what it was given, besides what this process has."""
    code = "import json, os; print(json.dumps([os.environ['ONE'], 'PATH' in os.environ]))"
    child = Child([sys.executable, "-c", code], log_file=tmp_path / "a.log", environment={"ONE": "1"})
    assert child.join(10.0)
    assert json.loads((tmp_path / "a.log").read_text()) == ["1", True]


def test_a_program_that_does_not_exist_is_said_in_the_log(tmp_path: Path) -> None:
    """The status is the shell's for it."""
    child = Child(["/no/such/program"], log_file=tmp_path / "a.log")
    assert child.join(10.0)
    assert child.poll() == 127
    assert (tmp_path / "a.log").read_text() == "/no/such/program: No such file or directory\n"


def test_sweeping_leaves_processes_of_another_mark_alone(tmp_path: Path, until: Until, child: Child) -> None:
    """Two systems of one user do not end each other's services."""
    assert sweep("another mark") == []
    pids = tree(tmp_path)
    assert sorted(sweep(child.mark)) == sorted([child.pid, *pids])
    assert until(lambda: alive(pids) == [])


def test_a_flood_before_the_end_is_in_the_log(tmp_path: Path) -> None:
    """What was still in the pipe when the service ended is read out."""
    code = "import os; [os.write(1, b'x' * 999 + b'\\n') for _ in range(500)]; os._exit(0)"
    child = Child([sys.executable, "-c", code], log_file=tmp_path / "a.log")
    assert child.join(30.0)
    assert (tmp_path / "a.log").stat().st_size == 500_000
