"""The claim-check store: documents above the inline limit are kept here and travel as a URI (`ce_dataref`).

An object's name is its SHA-256, so that putting it twice stores it once, and only names of that form are ever read:
a URI from a foreign producer cannot lead anywhere else.
"""

import hashlib
import re
import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any

import fsspec

from mailroom.contracts.errors import MalformedRecord, UsageError
from mailroom.contracts.reasons import Reason
from mailroom.places import StoreUnavailable, store_errors, translated, write_whole

__all__ = ["ObjectStore", "StoreUnavailable", "store_errors"]

_NAME = re.compile(r"(?P<start>[0-9a-f]{2})/(?P<digest>(?P=start)[0-9a-f]{62})")


class ObjectStore:
    """Bytes by their SHA-256, on any filesystem that fsspec knows.

    Args:
        uri: The root, such as `file:///var/lib/mailroom/objects` or `s3://bucket/prefix`. All parts of one system
            must spell it alike: an object's URI starts with it.
    """

    def __init__(self, uri: str) -> None:
        self._given = uri

    @property
    def uri(self) -> str:
        """The root as it stands before every object's name."""
        return str(self._system.unstrip_protocol(self._root)).rstrip("/")

    def put(self, data: bytes) -> str:
        """Keep some bytes; nobody ever sees a part of them, and bytes that are there already stay as they are.

        Returns:
            The object's URI.

        Raises:
            StoreUnavailable: The store refuses.
        """
        digest = hashlib.sha256(data).hexdigest()
        name = f"{digest[:2]}/{digest}"
        path = f"{self._root}/{name}"
        self._translated(lambda: self._ensure(path, data))
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
        if not self._has(path, len(data)):
            self._write(path, data)

    def _has(self, path: str, size: int) -> bool:
        try:
            return bool(self._system.info(path)["size"] == size)
        except FileNotFoundError:
            return False

    def _read(self, path: str) -> bytes | None:
        try:
            return bytes(self._system.cat_file(path))
        except (FileNotFoundError, IsADirectoryError):
            return None

    def _write(self, path: str, data: bytes) -> None:
        write_whole(self._system, path, data, aside=f"{self._root}/.{uuid.uuid4().hex}")

    def _translated(self, action: Callable[[], Any]) -> Any:
        return translated(f"object store {self.uri}", action)


def _missing(what: str) -> MalformedRecord:
    return MalformedRecord(
        Reason.ORIGINAL_MISSING, f"{what}: put it back into the store, or send the document again"
    )
