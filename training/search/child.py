"""A process that fits, so that a fit which hangs, dies or eats the memory takes nothing else with it.

Started by `training.search.keeper` with the number of the socket that they talk over. It is warm: libraries are
imported and documents read once, for all the bundles that its worker is given.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from mailroom.embedded.guard import PR_SET_PDEATHSIG, prctl_or_none
from training.search.fitting import Workshop, checked
from training.search.messages import Done, Entered, Failed, Fitted, Message, Request
from training.search.site import Site

IDLE_SECONDS = 120.0


def main() -> None:
    """Serve bundles until the keeper has gone, or has had nothing to do for a while."""
    _die_with_keeper(int(sys.argv[2]))
    connection = Connection(int(sys.argv[1]))
    try:
        site: Site = connection.recv()
        workshop = Workshop(site, lambda stage: connection.send(Entered(stage)))
        while connection.poll(IDLE_SECONDS):
            request: Request = connection.recv()
            for message in _worked(workshop, request):
                connection.send(message)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _worked(workshop: Workshop, request: Request) -> Iterator[Message]:
    bundle, started, clock = request.bundle, time.monotonic(), _Clock()
    try:
        fits = workshop.open(bundle)
    except Exception as error:  # noqa: BLE001 - a kernel is free to raise anything; it is recorded
        yield _failed(error, clock, all_left=True)
        yield Done()
        return
    for parameters in bundle.parameters:
        if time.monotonic() - started > request.begin_within:
            break
        workshop.stage("fitting")
        try:
            answers = checked(fits.fit(parameters), len(bundle.test), len(workshop.site.labels))
        except Exception as error:  # noqa: BLE001 - likewise
            yield _failed(error, clock)
        else:
            yield Fitted(answers, clock.lap())
    yield Done()


class _Clock:
    """Processor time since the last lap."""

    def __init__(self) -> None:
        self._last = time.process_time()

    def lap(self) -> float:
        now = time.process_time()
        seconds, self._last = now - self._last, now
        return seconds


def _failed(error: Exception, clock: _Clock, *, all_left: bool = False) -> Failed:
    said = " ".join(str(error).split())
    reason = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return Failed(f"{reason} ({_place(error)})", clock.lap(), all_left)


def _place(error: Exception) -> str:
    """The last line outside of installed libraries: most likely the kernel's own."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}"


def _die_with_keeper(keeper: int) -> None:
    prctl = prctl_or_none()
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != keeper:  # it died before it could be asked for
        sys.exit(0)


if __name__ == "__main__":
    main()
