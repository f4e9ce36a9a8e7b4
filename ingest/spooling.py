"""A document too large to be held goes through a file of this machine: memory stays flat, however large it is."""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from ingest.errors import Unsendable
from mailroom.objects import StoreUnavailable
from mailroom.settings import MIB

CHUNK_BYTES = 256 * 1024
HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Spooled:
    """A document in a file.

    Attributes:
        path: The file, which is gone after its block.
        sha256: Hex digest.
        size: Bytes.
        head: So much of it as its kind is told by.
    """

    path: Path
    sha256: str
    size: int
    head: bytes


@contextmanager
def spooled(first: bytes, rest: BinaryIO, most: int) -> Iterator[Spooled]:
    """Copy a stream into a file.

    Args:
        first: What was read of it already.
        rest: What follows.
        most: Bytes that it may have.

    Raises:
        Unsendable: It has more.
        StoreUnavailable: There is no room on this machine now; the document is none the worse.
        OSError: The stream cannot be read.
    """
    with _file() as file:
        digest, size, piece = sha256(), 0, first
        while piece:
            size += len(piece)
            if size > most:
                raise Unsendable(f"larger than {most // MIB} MiB: split it")
            digest.update(piece)
            _write(file, piece)
            piece = rest.read(CHUNK_BYTES)
        yield Spooled(Path(file.name), digest.hexdigest(), size, whole_characters(first[:HEAD_BYTES]))


def whole_characters(head: bytes) -> bytes:
    """Without the beginning of a UTF-8 character that the cut went through."""
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    decoder.decode(head)
    left, _ = decoder.getstate()
    return head[: len(head) - len(left)]


def _file() -> "tempfile._TemporaryFileWrapper[bytes]":
    try:
        return tempfile.NamedTemporaryFile(prefix="mailroom-", buffering=0)
    except OSError as error:
        raise _no_room(error) from error


def _write(file: "tempfile._TemporaryFileWrapper[bytes]", piece: bytes) -> None:
    try:
        left = memoryview(piece)
        while left:
            left = left[file.write(left) :]
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"no room in {tempfile.gettempdir()} ({error.strerror}): make some, or set TMPDIR"
    )
