"""An upload while it comes: small ones in memory, large ones in a file; its digest is made on the way."""

import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ingest.http.errors import JournalUnusable

HEAD_BYTES = 64 * 1024
"""Of a large upload, by which its media type is told here; the stream looks at all of it."""


@dataclass(slots=True)
class Room:
    """What the files of one request may take.

    Attributes:
        folder: For those that are not held in memory.
        inline_limit: Bytes up to which one file is held.
        memory_bytes: Bytes up to which all are held together.
    """

    folder: Path
    inline_limit: int
    memory_bytes: int


@dataclass(slots=True)
class Spool:
    """The bytes of one upload.

    Attributes:
        room: Shared with the other files of its request.
        size: Bytes so far.
    """

    room: Room
    size: int = 0
    _held: bytearray = field(default_factory=bytearray)
    _path: Path | None = None
    _file: BinaryIO | None = None
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def on_disk(self) -> bool:
        """Whether writing takes the disk."""
        return self._path is not None

    @property
    def path(self) -> Path | None:
        """The file, where it is in one."""
        return self._path

    @property
    def sha256(self) -> str:
        """Hex digest of what came."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Take some more.

        Raises:
            JournalUnusable: There is no room on the disk.
        """
        self._digest.update(data)
        self.size += len(data)
        try:
            if self._path is None and self._fits(len(data)):
                self._held += data
                self.room.memory_bytes -= len(data)
            else:
                self._opened().write(data)
        except OSError as error:
            raise JournalUnusable(
                f"no room for an upload in {self.room.folder} ({error.strerror}): make some"
            ) from error

    def finish(self) -> None:
        """Nothing more comes: all is in the file, where there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def head(self) -> bytes:
        """The first bytes of it; all, where it is held."""
        if self._path is None:
            return bytes(self._held)
        with self._path.open("rb") as stream:
            return stream.read(HEAD_BYTES)

    def content(self) -> bytes:
        """All of it."""
        return bytes(self._held) if self._path is None else self._path.read_bytes()

    def discard(self) -> None:
        """Forget it."""
        self.finish()
        self.room.memory_bytes += len(self._held)
        self._held = bytearray()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _fits(self, more: int) -> bool:
        return len(self._held) + more <= self.room.inline_limit and more <= self.room.memory_bytes

    def _opened(self) -> BinaryIO:
        if self._file is None:
            descriptor, name = tempfile.mkstemp(dir=self.room.folder)
            self._path = Path(name)
            self._file = os.fdopen(descriptor, "wb")
            self._file.write(self._held)
            self.room.memory_bytes += len(self._held)
            self._held = bytearray()
        return self._file


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a request.

    Attributes:
        spool: Its bytes.
        file_name: The sender's name for it, fit for a header; None where there is none.
    """

    spool: Spool
    file_name: str | None = None
