"""The claim-check store: documents above the inline limit are kept here and travel as a URI (`ce_dataref`).

An object's name is its SHA-256, so that putting it twice stores it once, and only names of that form are ever read:
a URI from a foreign producer cannot lead anywhere else. Its time says when it was last put: what is put again after a
day is written again, so that whoever cleans up sees that it is in use.
"""

import hashlib
import re
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import fsspec

from mailroom.contracts.errors import MalformedRecord, UsageError
from mailroom.contracts.reasons import Reason
from mailroom.object_files import REFRESH_SECONDS, keep
from mailroom.places import LOCAL, StoreUnavailable, protocol_of, store_errors, translated, write_whole

__all__ = ["ObjectStore", "StoreUnavailable", "store_errors"]

_TIMES = ("mtime", "LastModified", "last_modified", "created")
_NAME = re.compile(r"(?P<start>[0-9a-f]{2})/(?P<digest>(?P=start)[0-9a-f]{62})")


REMEMBER_SECONDS = 3600.0
"""How long a store that remembers what it has put does not look whether it is there."""


class ObjectStore:
    """Bytes by their SHA-256, on any filesystem that fsspec knows.

    Args:
        uri: The root, such as `file:///var/lib/mailroom/objects` or `s3://bucket/prefix`. All parts of one system
            must spell it alike: an object's URI starts with it.
        remembers: Of so many objects it knows for an hour that it has put them: that spares a look at the store when
            the same content comes again.
    """

    def __init__(self, uri: str, *, remembers: int = 0) -> None:
        self._given = uri
        self._recent = _Recent(remembers)

    @cached_property
    def uri(self) -> str:
        """The root as it stands before every object's name."""
        return str(self._system.unstrip_protocol(self._root)).rstrip("/")

    def put(self, data: bytes, *, sha256: str | None = None) -> str:
        """Keep some bytes; nobody ever sees a part of them, and bytes that are there already stay as they are.

        Args:
            data: The bytes.
            sha256: Their hex digest, if the caller has computed it.

        Returns:
            The object's URI.

        Raises:
            StoreUnavailable: The store refuses.
        """
        digest = sha256 or hashlib.sha256(data).hexdigest()
        name = f"{digest[:2]}/{digest}"
        if not self._recent.knows(digest):
            self._translated(lambda: self._ensure(f"{self._root}/{name}", data))
            self._recent.add(digest)
        return f"{self.uri}/{name}"

    def get(self, uri: str, *, sha256: str | None = None) -> bytes:
        """Read an object back, verified.

        Args:
            uri: As `put` returned it.
            sha256: The hex digest that a record promises, if it promises one.

        Raises:
            MalformedRecord: The URI is none of this store's (reason malformed-header), or the object is missing or
                another than promised (reason original-missing).
            StoreUnavailable: The store cannot be read now.
        """
        digest = self._digest_of(uri)
        if sha256 is not None and sha256 != digest:
            raise _missing(f"{uri} is not the original, whose SHA-256 is {sha256[:64]}")
        data: bytes | None = self._translated(lambda: self._read(f"{self._root}/{digest[:2]}/{digest}"))
        if data is None:
            raise _missing(f"no object at {uri}")
        if hashlib.sha256(data).hexdigest() != digest:
            raise _missing(f"the object at {uri} has been changed")
        return data

    @cached_property
    def _location(self) -> tuple[Any, str]:
        try:
            system, root = fsspec.url_to_fs(self._given)
        except (ImportError, ValueError) as error:
            raise UsageError(f"object store {self._given}: {error} (setting objects.uri)") from error
        return system, str(root).rstrip("/")

    @property
    def _system(self) -> Any:
        return self._location[0]

    @property
    def _root(self) -> str:
        return self._location[1]

    def _digest_of(self, uri: str) -> str:
        match = _NAME.fullmatch(uri.removeprefix(f"{self.uri}/"))
        if match is None or not uri.startswith(f"{self.uri}/"):
            message = f"{uri[:200]!r} is no object of {self.uri}: let `mailroom send` make the reference"
            raise MalformedRecord(Reason.MALFORMED_HEADER, message)
        return match["digest"]

    def _ensure(self, path: str, data: bytes) -> None:
        if protocol_of(self._system) == LOCAL:
            keep(Path(path), data)
        elif not self._has(path, len(data)):
            self._write(path, data)

    def _has(self, path: str, size: int) -> bool:
        try:
            info = self._system.info(path)
        except FileNotFoundError:
            return False
        return bool(info["size"] == size) and time.time() - written_at(info) < REFRESH_SECONDS

    def _read(self, path: str) -> bytes | None:
        try:
            return bytes(self._system.cat_file(path))
        except (FileNotFoundError, IsADirectoryError):
            return None

    def _write(self, path: str, data: bytes) -> None:
        write_whole(self._system, path, data, aside=f"{self._root}/.{uuid.uuid4().hex}")

    def _translated(self, action: Callable[[], Any]) -> Any:
        return translated(f"object store {self.uri}", action)


@dataclass(slots=True)
class _Recent:
    """The digests that were put last."""

    most: int
    _times: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def knows(self, digest: str) -> bool:
        return time.monotonic() - self._times.get(digest, float("-inf")) < REMEMBER_SECONDS

    def add(self, digest: str) -> None:
        if not self.most:
            return
        self._times[digest] = time.monotonic()
        self._times.move_to_end(digest)
        while len(self._times) > self.most:
            self._times.popitem(last=False)


def written_at(info: dict[str, Any]) -> float:
    """When a file was written, by what fsspec tells of it, in seconds since the epoch; now where it does not tell."""
    found = next((info[key] for key in _TIMES if info.get(key) is not None), None)
    if isinstance(found, datetime):
        return found.timestamp()
    return time.time() if found is None else float(found)


def _missing(what: str) -> MalformedRecord:
    return MalformedRecord(
        Reason.ORIGINAL_MISSING, f"{what}: put it back into the store, or send the document again"
    )
