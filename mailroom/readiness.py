"""How a process says that it does its work: it writes its process id into the file it was told of.

Whoever starts a process may pass the file's path in `MAILROOM_READY`; the process calls `announce` once it consumes.
"""

import json
import os
from pathlib import Path
from typing import Any

from mailroom.embedded.files import write_atomically

VARIABLE = "MAILROOM_READY"


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
