"""How the runtime sees that a service works: the service announced itself (`mailroom.readiness`) and still runs.

The runtime empties the file before each start, so that it speaks of that start only.
"""

import json
from contextlib import suppress
from pathlib import Path

import psutil

from mailroom.embedded.files import write_atomically
from mailroom.readiness import VARIABLE, announce

__all__ = ["VARIABLE", "announce", "clear", "is_announced"]


def clear(file: Path) -> None:
    """Empty the file, so that it speaks of the next start only."""
    write_atomically(file, "")


def is_announced(file: Path) -> bool:
    """Whether a process that still runs has announced itself in the file."""
    with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
        return bool(psutil.pid_exists(int(json.loads(file.read_text(encoding="utf-8"))["pid"])))
    return False
