"""Which objects of a listing were received, on disk, so that a restart does not read a bucket anew."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.bucket.client import Found
from ingest.errors import SourceRefused

SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    key TEXT PRIMARY KEY, etag TEXT NOT NULL, stamp TEXT NOT NULL, done INTEGER NOT NULL, failures INTEGER NOT NULL
)
"""
DONE = "INSERT OR REPLACE INTO object VALUES (?, ?, ?, 1, 0)"
FAILED = """
INSERT INTO object VALUES (?, ?, ?, 0, 1) ON CONFLICT (key) DO UPDATE SET
    done = 0, failures = CASE WHEN etag = excluded.etag AND stamp = excluded.stamp THEN failures + 1 ELSE 1 END,
    etag = excluded.etag, stamp = excluded.stamp
"""


class Journal:
    """Objects of one bucket and prefix; each call is on disk when it returns.

    Args:
        file: Where; made with its folder where it is missing.
        attempts: How often an object that failed is tried.

    Raises:
        SourceRefused: It cannot be opened or written.
    """

    def __init__(self, file: Path, attempts: int) -> None:
        self._file = file
        self._attempts = attempts
        with self._guarded():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute(SCHEMA)

    def fate(self, item: Found) -> bool | None:
        """What became of an object as it is now: True was received, False given up, None is still to be taken."""
        query = "SELECT done, failures >= ? FROM object WHERE key = ? AND etag = ? AND stamp = ?"
        with self._guarded():
            row = self._database.execute(query, (self._attempts, item.key, item.etag, item.stamp)).fetchone()
        return bool(row[0]) if row and any(row) else None

    def note(self, done: Iterable[Found], failed: Iterable[Found]) -> None:
        """Note what was received, and what could not be: all of it, or nothing."""
        with self._guarded(), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(DONE, map(_row, done))
            self._database.executemany(FAILED, map(_row, failed))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SourceRefused(
                f"the journal {self._file} cannot be used ({error}): make room, or look at its permissions"
            ) from error


def _row(item: Found) -> tuple[str, str, str]:
    return item.key, item.etag, item.stamp
