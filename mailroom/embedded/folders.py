"""Where the embedded runtime keeps its data and its caches."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from mailroom.contracts.errors import MailroomError

GIB = 1 << 30


class DiskFull(MailroomError):
    """There is not enough room to start, or none was left on the way."""


def cache_folder() -> Path:
    """What can be made again (jars, packages): `MAILROOM_CACHE`, else the user's cache folder."""
    return Path(os.environ.get("MAILROOM_CACHE") or platformdirs.user_cache_dir("mailroom"))


def free_bytes(folder: Path) -> int:
    """The room left on the disk that holds a folder, which need not exist yet."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(existing).free


def require_space(folder: Path, needed: int = GIB) -> None:
    """Refuse to begin on a disk that is as good as full.

    Raises:
        DiskFull: Less than `needed` bytes are free; the message says where.
    """
    free = free_bytes(folder)
    if free < needed:
        raise DiskFull(
            f"only {free / GIB:.2f} GiB are free for {folder}, {needed / GIB:.2f} GiB are needed: "
            "make room, or choose another disk with --data or MAILROOM_HOME"
        )


@contextmanager
def room_for(folder: Path) -> Iterator[None]:
    """Turn "no space left on device" inside the block into a message that says the mend.

    Raises:
        DiskFull: The disk filled up inside the block.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(
            f"the disk of {folder} is full: make room, or choose another with --data or MAILROOM_HOME"
        ) from error
