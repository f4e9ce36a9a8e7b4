"""Microseconds per call, each beside a yardstick taken at the same moment."""

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

YARDSTICK = 'unicodedata.normalize("NFC", text) of 2 KB of German'
_ROUNDS = 7
_CALIBRATION_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of one call, and as a multiple of the yardstick."""

    microseconds: float
    ratio: float


def cost(call: Callable[[], object], german: str) -> Cost:
    """The lowest of several rounds; the yardstick runs in between, so that a busy machine slows both."""
    calls = _calls_per_round(call)
    yard_calls = _calls_per_round(yardstick := lambda: unicodedata.normalize("NFC", german))
    rounds = [(_seconds(call, calls), _seconds(yardstick, yard_calls)) for _ in range(_ROUNDS)]
    mine, yard = (min(column) * 1e6 for column in zip(*rounds, strict=True))
    return Cost(round(mine, 2), round(mine / yard, 2))


def _calls_per_round(call: Callable[[], object]) -> int:
    call()
    calls = 1
    while (seconds := _seconds(call, calls) * calls) < _CALIBRATION_SECONDS:
        calls = max(calls * 2, int(calls * _CALIBRATION_SECONDS / max(seconds, 1e-7)))
    return calls


def _seconds(call: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls
