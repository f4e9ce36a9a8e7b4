"""What a watcher was about to do and what it did, on disk before it goes on: `intended`, `sent`, `moved`."""

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ingest.errors import FolderUnusable
from ingest.watch.observations import Fingerprint

KEEP_SECONDS = 30 * 24 * 3600.0
"""Longer than any stage remembers an id: a file that comes back after that is a new document anyway."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS folder (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entry (
    id TEXT PRIMARY KEY, name BLOB NOT NULL, inode TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    since TEXT NOT NULL, state TEXT NOT NULL, changed_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_by_state ON entry (state, changed_at);
"""


class State(StrEnum):
    """How far a file has come."""

    INTENDED = "intended"
    SENT = "sent"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that is on its way.

    Attributes:
        id: The document's id.
        name: The file's name in the folder.
        fingerprint: Which version of which file.
        since: Where the partitions ended before it was sent.
        state: How far it has come.
    """

    id: str
    name: str
    fingerprint: Fingerprint
    since: Mapping[int, int]
    state: State = State.INTENDED


class Journal:
    """The journal of one folder; each call is on disk when it returns.

    Raises:
        FolderUnusable: It cannot be opened or written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._guarded():
            self._database = sqlite3.connect(file, isolation_level=None)
            # The folder may lie on a network file system, where a write-ahead log does not work.
            self._database.executescript(
                "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;" + SCHEMA
            )
            self._database.execute(
                "INSERT INTO folder SELECT ? WHERE NOT EXISTS (SELECT 1 FROM folder)", (str(uuid.uuid4()),)
            )

    def folder_id(self) -> str:
        """The folder's own id, which stays when it is renamed."""
        with self._guarded():
            return str(self._database.execute("SELECT id FROM folder").fetchone()[0])

    def intend(self, entries: Iterable[Entry], now: float) -> None:
        """Note what is about to be sent, before it is."""
        rows = [_row(entry, now) for entry in entries]
        with self._transaction():
            self._database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def mark(self, ids: Iterable[str], state: State, now: float) -> None:
        """Note how far entries have come."""
        with self._transaction():
            self._database.executemany(
                "UPDATE entry SET state = ?, changed_at = ? WHERE id = ?",
                [(state, now, identifier) for identifier in ids],
            )

    def forget(self, ids: Iterable[str]) -> None:
        """Drop entries that were never sent."""
        with self._transaction():
            self._database.executemany("DELETE FROM entry WHERE id = ?", [(item,) for item in ids])

    def prune(self, now: float) -> None:
        """Drop what was moved long ago."""
        with self._transaction():
            self._database.execute(
                "DELETE FROM entry WHERE state = ? AND changed_at < ?", (State.MOVED, now - KEEP_SECONDS)
            )

    def unfinished(self, state: State) -> list[Entry]:
        """The entries in a state, oldest first."""
        query = "SELECT id, name, inode, size, mtime_ns, since, state FROM entry WHERE state = ? ORDER BY changed_at"
        with self._guarded():
            return [_entry(row) for row in self._database.execute(query, (state,))]

    def state(self, document_id: str) -> State | None:
        """How far an id has come, None for an unknown one."""
        with self._guarded():
            row = self._database.execute("SELECT state FROM entry WHERE id = ?", (document_id,)).fetchone()
        return State(row[0]) if row else None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guarded(), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise FolderUnusable(
                f"the journal {self._file} cannot be used ({error}): make room, or look at its permissions"
            ) from error


def _row(entry: Entry, now: float) -> tuple[object, ...]:
    mark = entry.fingerprint
    name = entry.name.encode("utf-8", "surrogateescape")  # names need not be UTF-8
    since = json.dumps(dict(entry.since))
    # An inode number may need 64 bits without a sign, one more than SQLite's integers have.
    return entry.id, name, str(mark.inode), mark.size, mark.mtime_ns, since, entry.state, now


def _entry(row: tuple[str, bytes, str, int, int, str, str]) -> Entry:
    identifier, name, inode, size, mtime_ns, since, state = row
    return Entry(
        identifier,
        name.decode("utf-8", "surrogateescape"),
        Fingerprint(int(inode), size, mtime_ns),
        {int(partition): offset for partition, offset in json.loads(since).items()},
        State(state),
    )
