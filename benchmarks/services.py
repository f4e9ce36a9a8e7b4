"""Parts of the system as processes of their own, for as long as something is measured."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.stream_processing.measuring import LOG, running
from mailroom.embedded import ready
from mailroom.settings import KafkaSettings


@contextmanager
def service(module: str, kafka: KafkaSettings, folder: Path, **variables: str) -> Iterator[int]:
    """A part of the system, once it consumes; yields its process id."""
    file, home = folder / f"{module}.ready", folder / module
    ready.clear(file)
    with running(module, module, kafka, home, **variables, **{ready.VARIABLE: str(file)}) as process:
        wait(lambda: ready.is_announced(file) or process.poll() is not None)
        if process.poll() is not None:
            raise SystemExit((home / LOG).read_text(encoding="utf-8", errors="replace")[-2_000:])
        yield process.pid


def wait(condition: Callable[[], bool], seconds: float = 180.0) -> None:
    """Wait until a condition holds; give up after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"not ready within {seconds:g} s")
        time.sleep(0.05)
