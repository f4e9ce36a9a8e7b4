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
    path = _folder() / kind / hashlib.sha256(content).hexdigest()
    found = _read(path)
    if found is None:
        found = make()
        _write(path, found)
    return found


def _folder() -> Path:
    root = os.environ.get("MAILROOM_CACHE") or platformdirs.user_cache_dir("mailroom")
    return Path(root) / "training"


def _read(path: Path) -> bytes | None:
    """The result, if it is there and whole: its digest comes first."""
    with suppress(OSError):
        kept = path.read_bytes()
        digest, result = kept[:32], kept[32:]
        return result if hashlib.sha256(result).digest() == digest else None
    return None


def _write(path: Path, result: bytes) -> None:
    """Keep it; a cache that cannot be written costs time, never the run."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(result).digest() + result)
        Path(temporary).replace(path)
