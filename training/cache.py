"""Results kept on disk by the content that they were made from: OCR and page images cost seconds, reading them nothing.

The folder is the user's cache: everything in it can be made again, and none of it is believed without its digest.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import platformdirs


def cached(kind: str, content: bytes, make: Callable[[], bytes]) -> bytes:
    """What `make` gave for this content, now or in an earlier run.

    Args:
        kind: What is made, with the version of whatever makes it; another kind never meets this one's results.
        content: What it is made from.
        make: Makes it; nothing is kept if it raises.
    """
    path = folder() / kind / hashlib.sha256(content).hexdigest()
    found = _read(path)
    if found is None:
        found = make()
        with suppress(OSError):  # a cache that cannot be written costs time, never the run
            publish(path, hashlib.sha256(found).digest() + found)
    return found


def folder() -> Path:
    """Where this user's training keeps what it can make again."""
    root = os.environ.get("MAILROOM_CACHE") or platformdirs.user_cache_dir("mailroom")
    return Path(root) / "training"


def _read(path: Path) -> bytes | None:
    """The result, if it is there and whole: its digest comes first."""
    with suppress(OSError):
        kept = path.read_bytes()
        digest, result = kept[:32], kept[32:]
        return result if hashlib.sha256(result).digest() == digest else None
    return None


def publish(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
