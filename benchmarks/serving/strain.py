"""Loads that do not wait: twice what the door can do, and a steady pace."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.serving import open_loop
from benchmarks.serving.fleet import Standing
from benchmarks.serving.open_loop import ANSWERED, DUE, SENT, STATUS, Answers, Phase
from benchmarks.serving.servers import ROOT, Cores
from benchmarks.serving.wrk import post
from mailroom.contracts.errors import MailroomError

CONNECTIONS = 32
CAPACITY_SECONDS = 5.0
CALM_SECONDS = 10.0
PROMPT_SECONDS = 0.25
NEARLY_ALL = 0.99
"""At half its capacity a door has recovered once so many requests are labelled so soon, over a second."""

OK, TOO_MANY, UNAVAILABLE = 200, 429, 503


@dataclass(frozen=True, slots=True)
class Overload:
    """Twice the door's capacity, then half of it.

    Attributes:
        capacity: Requests a second with 32 connections that wait for their answers, mean of before and after.
        offered: Requests a second during the overload.
        successes: Labels a second during the overload.
        refused: Requests a second answered with 429 or 503.
        others: Requests answered otherwise, or never.
        slowest_seconds: From when a request was due to its answer, the longest.
        success_p99_ms: The same for labels, 99th percentile, milliseconds.
        recovery_seconds: From the end of the overload until a second begins in which nearly all get a prompt label.
        busy: Share of the server's core that the server had during the overload, and while capacity was measured.
        late_p99_ms: How late the client sent, 99th percentile, milliseconds.
    """

    capacity: float
    offered: float
    successes: float
    refused: float
    others: int
    slowest_seconds: float
    success_p99_ms: float
    recovery_seconds: float
    busy: tuple[float, float]
    late_p99_ms: float

    @property
    def kept(self) -> float:
        """Share of the capacity that was still labelled."""
        return self.successes / self.capacity

    @property
    def kept_by_processor_time(self) -> float:
        """The same for each second of processor time, which other work on the machine disturbs less."""
        return self.kept * self.busy[1] / self.busy[0]


@dataclass(frozen=True, slots=True)
class Paced:
    """A steady pace.

    Attributes:
        rate: Requests a second.
        failed: Requests without a label.
        p50_ms: From when a request was due to its answer, milliseconds.
        p90_ms: Likewise.
        p99_ms: Likewise.
    """

    rate: float
    failed: int
    p50_ms: float
    p90_ms: float
    p99_ms: float


def overload(one: Standing, seconds: float, cores: Cores, folder: Path) -> Overload:
    """Measure capacity, offer twice as much, then half; measure capacity again."""
    post(one.url, one.bodies, CONNECTIONS, CAPACITY_SECONDS, cores.client)
    before, busy = _capacity(one, cores)
    phases = [Phase(2 * before, seconds), Phase(before / 2, CALM_SECONDS)]
    answers, worked = _open_loop(one, phases, cores, folder)
    after, _ = _capacity(one, cores)
    strained, calm = answers[answers[:, DUE] < seconds], answers[answers[:, DUE] >= seconds]
    labelled = strained[:, STATUS] == OK
    refused = np.isin(strained[:, STATUS], (TOO_MANY, UNAVAILABLE))
    answered = strained[strained[:, STATUS] > 0]
    waited = strained[:, ANSWERED] - strained[:, DUE]
    return Overload(
        capacity=(before + after) / 2,
        offered=len(strained) / seconds,
        successes=float(np.sum(labelled & (strained[:, ANSWERED] < seconds))) / seconds,
        refused=float(refused.sum()) / seconds,
        others=int(np.sum(~labelled & ~refused)),
        slowest_seconds=float((answered[:, ANSWERED] - answered[:, DUE]).max(initial=0.0)),
        success_p99_ms=_percentile(waited[labelled], 99),
        recovery_seconds=_recovery(calm, seconds),
        busy=(worked / seconds, busy),
        late_p99_ms=_percentile(answered[:, SENT] - answered[:, DUE], 99),
    )


def paced(one: Standing, rate: float, seconds: float, cores: Cores, folder: Path) -> Paced:
    """Post documents at a steady pace."""
    post(one.url, one.bodies, 1, 2.0, cores.client)
    answers, _ = _open_loop(one, [Phase(rate, seconds)], cores, folder)
    waited = answers[:, ANSWERED] - answers[:, DUE]
    p50, p90, p99 = (_percentile(waited, percent) for percent in (50, 90, 99))
    return Paced(rate, int(np.sum(answers[:, STATUS] != OK)), p50, p90, p99)


def _capacity(one: Standing, cores: Cores) -> tuple[float, float]:
    """Requests a second, and the share of its core that the server had."""
    before = one.server.cpu_seconds()
    load = post(one.url, one.bodies, CONNECTIONS, CAPACITY_SECONDS, cores.client)
    return load.requests_per_second, (one.server.cpu_seconds() - before) / CAPACITY_SECONDS


def _open_loop(one: Standing, phases: Sequence[Phase], cores: Cores, folder: Path) -> tuple[Answers, float]:
    """Answers, and the processor time that the server took in the first phase."""
    found = folder / "answers.npy"
    command = [sys.executable, "-m", open_loop.__name__, str(one.server.port), one.contestant.path]
    told = [f"{phase.rate}:{phase.seconds}" for phase in phases]
    with subprocess.Popen(
        ["taskset", "-c", str(cores.client), *command, str(one.bodies), str(found), *told],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    ) as client:
        if client.stdout is None or not client.stdout.readline():
            raise MailroomError("the client ended before it began")
        before = one.server.cpu_seconds()
        time.sleep(phases[0].seconds)
        worked = one.server.cpu_seconds() - before
    if client.returncode:
        raise MailroomError(f"the client failed with status {client.returncode}")
    answers: Answers = np.load(found)
    return answers, worked


def _recovery(calm: Answers, begin: float) -> float:
    """Seconds from the end of an overload until a second begins in which nearly all get a prompt label."""
    prompt = (calm[:, STATUS] == OK) & (calm[:, ANSWERED] - calm[:, DUE] <= PROMPT_SECONDS)
    for start in np.arange(0.0, CALM_SECONDS - 1.0, 0.1):
        window = (calm[:, DUE] >= begin + start) & (calm[:, DUE] < begin + start + 1.0)
        if prompt[window].mean() >= NEARLY_ALL:
            return float(start)
    return CALM_SECONDS


def _percentile(seconds: npt.NDArray[np.float64], percent: float) -> float:
    """In milliseconds; 0 of nothing."""
    return float(np.percentile(seconds, percent)) * 1_000 if len(seconds) else 0.0
