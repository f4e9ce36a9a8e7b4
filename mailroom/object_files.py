"""Objects as files of this machine: every document is written, so that it is done in one file and no rename.

That is sound for files whose name is their content's digest: whoever writes one writes the same bytes in the same
place, nobody knows of it before it is whole, and one that a crash cut short is found out by its size or its digest.
"""

import os
import time
from pathlib import Path

REFRESH_SECONDS = 24 * 3600.0
"""What is put again later than that after it was written counts as written again."""

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def keep(path: Path, data: bytes) -> None:
    """Write an object's file unless it is there.

    Raises:
        OSError: It cannot be written; nothing new is left.
    """
    try:
        _write(os.open(path, _NEW, 0o666), path, data)
    except FileNotFoundError:  # the folder is missing once in a lifetime
        path.parent.mkdir(parents=True, exist_ok=True)
        keep(path, data)
    except FileExistsError:
        _confirm(path, data)


def _confirm(path: Path, data: bytes) -> None:
    """What is there is whole, and in use."""
    try:
        status = path.stat()
        if status.st_size != len(data):
            _write(os.open(path, os.O_WRONLY), path, data)
        elif time.time() - status.st_mtime > REFRESH_SECONDS:
            os.utime(path)
    except FileNotFoundError:  # cleaned up a moment ago
        keep(path, data)


def _write(file: int, path: Path, data: bytes) -> None:
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.ftruncate(file, len(data))
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(file)
