"""What lies in an object store: objects by their digest, and what unfinished writes have left."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailroom.objects import written_at
from mailroom.places import located, translated

_OBJECT = re.compile(r"(?P<start>[0-9a-f]{2})/(?P<digest>(?P=start)[0-9a-f]{62})")
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the store.

    Attributes:
        path: Its path on the store's filesystem.
        size: Bytes.
        written_at: When it was last put, seconds since the epoch.
        digest: Hex SHA-256 of an object; None for what an unfinished write has left.
    """

    path: str
    size: int
    written_at: float
    digest: str | None


class Shelf:
    """The files of a store.

    Args:
        uri: The store's root.

    Raises:
        UsageError: Nobody knows such filesystems.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._system, root = located(uri)
        self._root = root.rstrip("/")

    def files(self) -> Iterator[Kept]:
        """All objects, and unfinished writes; whatever else lies there is none of ours.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        found: dict[str, Any] = translated(self._uri, lambda: self._system.find(self._root, detail=True))
        for path, info in found.items():
            name = str(path).removeprefix(self._root).lstrip("/")
            object_name = _OBJECT.fullmatch(name)
            if object_name is not None or _UNFINISHED.fullmatch(name):
                digest = object_name["digest"] if object_name is not None else None
                yield Kept(str(path), int(info["size"] or 0), written_at(info), digest)

    def remove(self, kept: Kept) -> bool:
        """Remove a file, unless it was put again since it was listed; whether it is gone.

        Raises:
            StoreUnavailable: The store refuses.
        """
        return translated(self._uri, lambda: self._removed(kept))

    def _removed(self, kept: Kept) -> bool:
        try:
            self._system.invalidate_cache()
            if written_at(self._system.info(kept.path)) > kept.written_at:
                return False
            self._system.rm_file(kept.path)
        except FileNotFoundError:
            return False
        return True
