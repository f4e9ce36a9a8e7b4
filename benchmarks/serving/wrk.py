"""The client: wrk, on a core of its own."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mailroom.contracts.errors import MailroomError, UsageError

SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw.

    Attributes:
        requests: How many were answered.
        requests_per_second: Answers, whatever their status.
        p50_ms: Median, milliseconds.
        p99_ms: 99th percentile, milliseconds.
        refused: Answers that are none of success.
        broken: Connections and requests that failed.
    """

    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int


def require_wrk() -> None:
    """Find out before anything is started.

    Raises:
        UsageError: It is not installed.
    """
    if shutil.which("wrk") is None:
        raise UsageError("wrk is not installed: apt-get install wrk")


def post(url: str, bodies: Path, connections: int, seconds: float, core: int, *, start: int = 0) -> Load:
    """Post documents in turn, each connection waiting for its answer.

    Args:
        url: With the path.
        bodies: JSON bodies, one a line.
        connections: Kept alive.
        seconds: For how long.
        core: The client's.
        start: Bodies to pass over at first.

    Raises:
        MailroomError: wrk failed.
    """
    options = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(SCRIPT)]
    done = subprocess.run(
        ["taskset", "-c", str(core), "wrk", *options, url, "--", str(bodies), str(start)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not done.stderr.startswith("{"):
        raise MailroomError(f"wrk failed at {url}: {(done.stderr or done.stdout).strip()[-200:]}")
    told = json.loads(done.stderr)
    rate = told["requests"] / told["seconds"]
    return Load(told["requests"], rate, told["p50_ms"], told["p99_ms"], told["refused"], told["broken"])
