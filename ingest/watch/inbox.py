"""The folder itself: what lies in it, reading, and moving away without overwriting anything."""

import errno
import fcntl
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.content import unreadable
from ingest.errors import FolderTaken, FolderUnusable
from ingest.watch.observations import Fingerprint, Observation

DONE = "done"
FAILED = "failed"
STATE = ".mailroom"
REASON = ".reason.txt"

_NO_HARD_LINKS = frozenset(
    {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
)


class Changed(Exception):
    """The file is not the one that was observed, or no longer there: look again."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """A watched folder with its `done/`, `failed/` and `.mailroom/`."""

    folder: Path

    def prepare(self) -> None:
        """Make the folders within.

        Raises:
            FolderUnusable: There is no such folder, or it may not be written to.
        """
        if not self.folder.is_dir():
            raise FolderUnusable(f"no folder {self.folder}: make it first")
        with self._guarded():
            for name in (DONE, FAILED, STATE):
                (self.folder / name).mkdir(exist_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder; the kernel lets go of it when the process ends, however it ends.

        Raises:
            FolderTaken: Another watcher holds it.
        """
        with self._guarded():
            file = (self.folder / STATE / "lock").open("a+")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise FolderTaken(f"another watcher is on {self.folder}: one is enough") from error
            yield

    def observe(self) -> list[Observation]:
        """Everything in the folder but folders.

        Raises:
            FolderUnusable: It cannot be read any more.
        """
        with self._guarded(), os.scandir(self.folder) as entries:
            return [seen for entry in entries if (seen := _observation(entry)) is not None]

    @contextmanager
    def open(self, seen: Observation) -> Iterator[BinaryIO]:
        """A file for reading, if it is what was observed and stays so to the end of the block.

        Raises:
            Changed: It is another file, or another version of it.
            Unsendable: It may not be read.
        """
        try:
            descriptor = os.open(self.folder / seen.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise Changed from error
        except OSError as error:
            raise unreadable(error) from error
        with os.fdopen(descriptor, "rb") as stream:
            _require(seen.fingerprint, descriptor)
            yield stream
            _require(seen.fingerprint, descriptor)

    def in_use(self, name: str) -> bool:
        """Whether some process has the file open for writing; False where that cannot be told.

        The kernel grants a read lease only on a file that nobody writes to (`fcntl(2)`, `F_SETLEASE`): for files of
        one's own, on local file systems.
        """
        try:
            descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            # A writer that comes while the lease is held makes the kernel signal us: with one that is ignored.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            return error.errno == errno.EAGAIN
        finally:
            os.close(descriptor)
        return False

    def is_here(self, name: str, fingerprint: Fingerprint) -> bool:
        """Whether the folder still has this version of the file."""
        try:
            return _fingerprint((self.folder / name).lstat()) == fingerprint
        except FileNotFoundError:
            return False

    def finish(self, name: str) -> Path:
        """Move a file to `done/`, under a free name.

        Raises:
            FolderUnusable: It cannot be moved.
        """
        with self._guarded():
            return _move(self.folder / name, self.folder / DONE)

    def reject(self, name: str, reason: str) -> Path:
        """Move a file to `failed/`, with its reason beside it.

        Raises:
            FolderUnusable: It cannot be moved.
        """
        with self._guarded():
            target = _move(self.folder / name, self.folder / FAILED)
            target.with_name(target.name + REASON).write_text(reason + "\n", encoding="utf-8")
            return target

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            what = f"{error.strerror or error}: {error.filename or self.folder}"
            raise FolderUnusable(f"{what}: make room, or let this user write to {self.folder}") from error


def free_name(target: Path) -> Path:
    """The path itself, or with `-1`, `-2`, … before its ending, so that neither it nor its reason file exists."""
    number, candidate = 0, target
    while os.path.lexists(candidate) or os.path.lexists(candidate.with_name(candidate.name + REASON)):
        number += 1
        candidate = target.with_name(f"{target.stem}-{number}{target.suffix}")
    return candidate


def _move(source: Path, folder: Path) -> Path:
    target = folder / source.name
    if _same(source, target):  # a kill came between the two steps below
        source.unlink()
        return target
    while True:
        target = free_name(folder / source.name)
        try:
            _rename(source, target)
        except FileExistsError:  # somebody took the name meanwhile
            continue
        return target


def _rename(source: Path, target: Path) -> None:
    """Rename, but never over another file, which `rename(2)` would replace."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        target.open("xb").close()  # reserves the name
        source.replace(target)
    else:
        source.unlink()


def _same(source: Path, target: Path) -> bool:
    try:
        return os.path.samestat(source.lstat(), target.lstat())
    except FileNotFoundError:
        return False


def _observation(entry: os.DirEntry[str]) -> Observation | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        return None
    return Observation(entry.name, _fingerprint(status), regular=stat.S_ISREG(status.st_mode))


def _fingerprint(status: os.stat_result) -> Fingerprint:
    return Fingerprint(status.st_ino, status.st_size, status.st_mtime_ns)


def _require(fingerprint: Fingerprint, descriptor: int) -> None:
    if _fingerprint(os.fstat(descriptor)) != fingerprint:
        raise Changed
