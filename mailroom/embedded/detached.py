"""Running the system in the background, and ending one that runs elsewhere."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.folders import require_space, room_for
from mailroom.embedded.logs import tail
from mailroom.embedded.state import SystemState, read_state

START_SECONDS = 1_200.0  # the first start fetches jars and trains
STOP_SECONDS = 15.0
POLL_SECONDS = 0.1


class StartFailed(MailroomError):
    """The system did not come up in the background."""


class StopFailed(MailroomError):
    """The system did not go down."""


def start(arguments: Sequence[str], home: Path, log: Path) -> SystemState:
    """Run `mailroom up` with these arguments in a session of its own, and wait until it is ready.

    Raises:
        StartFailed: It ended before it was ready; the message is the one it gave.
        DiskFull: There is no room to start with.
    """
    require_space(home)
    with room_for(log.parent):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    return _wait_ready(process, home, log)


def _wait_ready(process: subprocess.Popen[bytes], home: Path, log: Path) -> SystemState:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        state = read_state(home)
        if state is not None and state.pid == process.pid and state.ready:
            # It goes on without us; nobody is to wait for it.
            process.returncode = 0
            return state
        if process.poll() is not None:
            raise StartFailed(reason(tail(log)) or f"`mailroom up` ended; its log is {log}")
        time.sleep(POLL_SECONDS)
    process.terminate()
    raise StartFailed(f"not ready within {START_SECONDS:.0f} s; its log is {log}")


def reason(output: str) -> str:
    """The message in what a failed verb printed: its last line that begins with the program's name."""
    said = [line for line in output.splitlines() if line.startswith("mailroom: ")]
    return said[-1].removeprefix("mailroom: ") if said else ""


def end(state: SystemState) -> None:
    """Ask a running system to stop and wait for it; kill it when it does not, which its guards notice.

    Raises:
        StopFailed: It belongs to another user, or it cannot be killed.
    """
    for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
        try:
            os.kill(state.pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise StopFailed(f"process {state.pid} belongs to another user: ask them") from error
        if _gone(state, patience):
            return
    raise StopFailed(f"process {state.pid} does not end: kill it by hand")


def _gone(state: SystemState, patience_seconds: float) -> bool:
    limit = time.monotonic() + patience_seconds
    while state.alive:
        if time.monotonic() > limit:
            return False
        time.sleep(POLL_SECONDS)
    return True
