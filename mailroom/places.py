"""Files wherever fsspec reaches: paths of this machine, and URIs such as `s3://bucket/key`."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import fsspec

from mailroom.contracts.errors import MailroomError, UsageError

Answer = TypeVar("Answer")

WHOLE_WRITES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"})
"""Protocols that show an object only once it is complete; elsewhere it is written aside and renamed."""

LOCAL = "file"

_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "created")
GLOB_CHARACTERS = frozenset("*?[")


class StoreUnavailable(MailroomError):
    """A store of files cannot be read or written now; the work can be tried again."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was found.

    Attributes:
        uri: Where; a path of this machine where it lies there.
        size: Bytes.
        stamp: Changes whenever the file does: an entity tag, or a time.
    """

    uri: str
    size: int
    stamp: str


def is_remote(place: str) -> bool:
    """Whether a place is a URI rather than a path."""
    return "://" in place


def located(place: str) -> tuple[Any, str]:
    """The filesystem of a place, and the path on it.

    Raises:
        UsageError: Nobody knows such filesystems, or the library for them is not installed.
    """
    if not is_remote(place):  # not by fsspec's own rules, for which `::` in a file name means something
        return fsspec.filesystem("file"), str(Path(place).absolute())
    try:
        # A listing that is remembered would hide what other processes write meanwhile.
        system, path = fsspec.url_to_fs(place, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{place}: {error}") from error
    return system, str(path)


def joined(folder: str, name: str) -> str:
    """A name below a folder."""
    return f"{folder.rstrip('/')}/{name}"


def found(place: str) -> list[Found]:
    """The file at a place, or all files of the folder there, or all that a glob matches, in the order of their names.

    Raises:
        StoreUnavailable: The store does not answer.
        UsageError: The place cannot be right.
    """
    system, path = located(place)
    return translated(place, lambda: _listed(system, path, is_remote(place)))


def exists(place: str) -> bool:
    """Whether there is a file or a folder.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    system, path = located(place)
    return translated(place, lambda: bool(system.exists(path)))


def opened(place: str) -> BinaryIO:
    """A file to read from.

    Raises:
        FileNotFoundError: It is not there.
        StoreUnavailable: The store does not answer.
    """
    system, path = located(place)
    return cast("BinaryIO", translated(place, lambda: system.open(path, "rb"), passed=(FileNotFoundError,)))


def read(place: str) -> bytes | None:
    """A file's bytes, or None where there is no file.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    system, path = located(place)

    def content() -> bytes | None:
        try:
            return bytes(system.cat_file(path))
        except (FileNotFoundError, IsADirectoryError):
            return None

    return translated(place, content)


def write(place: str, data: bytes) -> None:
    """Write a file; nobody ever sees a part of it.

    Raises:
        StoreUnavailable: The store refuses.
    """
    system, path = located(place)
    folder = path.rpartition("/")[0]
    translated(place, lambda: write_whole(system, path, data, aside=f"{folder}/.{uuid.uuid4().hex}"))


def remove(place: str) -> None:
    """Remove a file or a folder with all it holds; fine where there is none.

    Raises:
        StoreUnavailable: The store refuses.
    """
    system, path = located(place)
    if exists(place):
        translated(place, lambda: system.rm(path, recursive=True))


def write_whole(system: Any, path: str, data: bytes, *, aside: str) -> None:
    """Write a file on a filesystem; where it could be seen half-written, it is written aside and renamed.

    Args:
        system: Of fsspec.
        path: Its path there.
        data: All of it.
        aside: Another path on the same filesystem.

    Raises:
        OSError: It cannot be written; nothing is left aside.
    """
    protocol = protocol_of(system)
    if protocol == LOCAL:
        _write_here(Path(path), data, Path(aside))
        return
    system.makedirs(path.rpartition("/")[0], exist_ok=True)
    if protocol in WHOLE_WRITES:
        system.pipe_file(path, data)
        return
    try:
        system.pipe_file(aside, data)
        system.mv(aside, path)
    except OSError:
        if system.exists(aside):
            system.rm(aside)
        raise


def _write_here(path: Path, data: bytes, aside: Path) -> None:
    """On this machine, without fsspec, which takes four times as long; every document is written."""
    try:
        _write_new(aside, data)
        _rename(aside, path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def _write_new(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except FileNotFoundError:  # the folder is missing once in a lifetime
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _rename(aside: Path, path: Path) -> None:
    try:
        aside.replace(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.replace(path)


def protocol_of(system: Any) -> str:
    """A filesystem's first name."""
    return str(system.protocol if isinstance(system.protocol, str) else system.protocol[0])


def translated(
    place: str, action: Callable[[], Answer], *, passed: tuple[type[Exception], ...] = ()
) -> Answer:
    """Do something with a store; what its client raises becomes one line that says the mend.

    Raises:
        StoreUnavailable: The store refuses, or does not answer.
    """
    try:
        return action()
    except passed:
        raise
    except store_errors() as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreUnavailable(
            f"{place}: {reason}: is there room, and may this user read and write it?"
        ) from error


def store_errors() -> tuple[type[Exception], ...]:
    """What the clients of stores raise; that of S3 has errors (no keys, no such host) that are no OSError."""
    try:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - there for S3 alone
    except ImportError:
        return (OSError,)
    return OSError, BotoCoreError


def _listed(system: Any, path: str, remote: bool) -> list[Found]:
    if not GLOB_CHARACTERS.isdisjoint(path) and not system.exists(path):
        places = {
            name: info for name, info in system.glob(path, detail=True).items() if info["type"] == "file"
        }
        return [_found(system, name, info, remote) for name, info in sorted(places.items())]
    infos: Mapping[str, Any] = system.find(path, detail=True)
    own = {name: info for name, info in infos.items() if not _hidden(name, path)}
    return [_found(system, name, info, remote) for name, info in sorted(own.items())]


def _found(system: Any, name: str, info: Mapping[str, Any], remote: bool) -> Found:
    stamp = next((str(info[key]) for key in _STAMPS if info.get(key) is not None), "")
    return Found(str(system.unstrip_protocol(name)) if remote else name, int(info["size"] or 0), stamp)


def _hidden(name: str, root: str) -> bool:
    """Below what was named; a file that is named itself is meant, whatever it is called."""
    below = name.removeprefix(root.rstrip("/")).strip("/").split("/")
    return any(part.startswith(".") for part in below) or below[-1] == "_SUCCESS"
