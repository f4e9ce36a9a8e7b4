"""A real system with a stand-in for the services above the broker; run as `python small_system.py PACKAGE`."""

import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mailroom.contracts.errors import MailroomError
from mailroom.embedded import foreground, ready, system
from mailroom.embedded.services import Folders
from mailroom.embedded.supervisor import Service
from mailroom.settings import home

# It starts a process of its own, says that it is ready, and waits to be ended.
WORKER = """
import signal, subprocess, sys
from mailroom.embedded import ready
subprocess.Popen(["sleep", "600"], start_new_session=True)
ready.announce()
while True:
    signal.pause()
"""


def stand_in(folders: Folders, environment: dict[str, str]) -> Sequence[Service]:
    """One service that does nothing but be there."""
    file = folders.ready("worker")
    return [
        Service(
            "worker",
            [sys.executable, "-c", WORKER],
            partial(ready.is_announced, file),
            folders.log("worker"),
            {**environment, ready.VARIABLE: str(file)},
            partial(ready.clear, file),
        )
    ]


def main() -> None:
    """Run until told to stop; an error is one line, as the command line says it."""
    options = system.Options(Folders(home(), home()), Path(sys.argv[1]))
    stopping = threading.Event()
    prepared = partial(foreground.stop_on_signals, stopping)
    try:
        system.run(options, stopping, prepared=prepared, services=stand_in)
    except MailroomError as error:
        sys.exit(f"mailroom: {error}")


if __name__ == "__main__":
    main()
