"""How a service says that it does its work: it writes its process id into the file it was told of.

The runtime empties the file before each start and passes its path in `MAILROOM_READY_FILE`; the service calls
`announce` once it consumes.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from mailroom.embedded.files import write_atomically

VARIABLE = "MAILROOM_READY_FILE"


def announce(**more: Any) -> bool:
    """Say that this process is consuming; does nothing where nobody asked.

    Args:
        more: JSON-serialisable facts to write besides the process id.

    Returns:
        Whether somebody asked.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return False
    write_atomically(Path(path), json.dumps({"pid": os.getpid(), **more}))
    return True


def clear(file: Path) -> None:
    """Empty the file, so that it speaks of the next start only."""
    write_atomically(file, "")


def is_announced(file: Path) -> bool:
    """Whether a process that still runs has announced itself in the file."""
    with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
        return bool(psutil.pid_exists(int(json.loads(file.read_text(encoding="utf-8"))["pid"])))
    return False
