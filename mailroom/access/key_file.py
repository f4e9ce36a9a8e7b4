"""The file of keys' hashes: written whole by one writer at a time, trusted only where nobody else may write to it."""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from mailroom.access.errors import KeysUnusable
from mailroom.access.keys import ApiKey
from mailroom.embedded.files import write_atomically

VERSION = 1
FORBIDDEN_MODE = stat.S_IWGRP | stat.S_IWOTH | stat.S_IROTH
MEND = "only its owner may write it, and not everybody read it: `chmod 600 {file}`"

Mark = tuple[int, int, int, int]
"""Changes whenever the file does."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    keys: tuple[ApiKey, ...]


_DECODER = msgspec.json.Decoder(_File)


def parse(content: bytes | str, where: str) -> tuple[ApiKey, ...]:
    """The keys of a file's content.

    Raises:
        KeysUnusable: It is none of ours.
    """
    try:
        found = _DECODER.decode(content)
        for key in found.keys:
            key.is_valid(0.0)  # its times can be read
    except (msgspec.DecodeError, ValueError) as error:
        raise KeysUnusable(
            f"{where} is no file of keys ({error}): `mailroom keys create` writes one"
        ) from error
    if found.version != VERSION:
        raise KeysUnusable(f"{where} has version {found.version}, this Mailroom reads {VERSION}: update it")
    return found.keys


def read(file: Path) -> tuple[ApiKey, ...]:
    """All keys of a file, valid or not.

    Raises:
        KeysUnusable: It cannot be read, is none of ours, or others may change it.
    """
    try:
        with file.open("rb") as stream:
            require_private(os.fstat(stream.fileno()).st_mode, file)
            content = stream.read()
    except OSError as error:
        raise _unusable(file, error) from error
    return parse(content, str(file))


def require_private(mode: int, file: Path) -> None:
    """Refuse a file that others may write, or everybody read.

    Raises:
        KeysUnusable: It is such a file.
    """
    if mode & FORBIDDEN_MODE:
        raise KeysUnusable(
            f"{file} has mode {stat.S_IMODE(mode):o}: {MEND.format(file=file)}, and see that its keys are yours"
        )


def marked(file: Path) -> Mark | None:
    """What tells a changed file; None where there is none.

    Raises:
        KeysUnusable: It cannot be looked at.
    """
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(file, error) from error
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def change(file: Path, how: Callable[[Sequence[ApiKey]], Sequence[ApiKey]]) -> None:
    """Replace the keys of a file, which is made where it is missing.

    Args:
        file: Where.
        how: The keys there are to those there shall be.

    Raises:
        KeysUnusable: It cannot be read or written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(file):
            keys = how(read(file) if file.exists() else ())
            content = msgspec.json.format(msgspec.json.encode(_File(VERSION, tuple(keys)))).decode()
            write_atomically(file, content + "\n")  # which makes it its owner's alone
    except OSError as error:
        raise _unusable(file, error) from error


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.with_name(f".{file.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unusable(file: Path, error: OSError) -> KeysUnusable:
    return KeysUnusable(
        f"the file of keys {file} cannot be used ({error.strerror or error}): look at its path and permissions"
    )
