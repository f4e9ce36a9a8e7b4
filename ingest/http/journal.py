"""What became of each upload as far as this door knows, in one SQLite file; each call is on disk when it returns."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.http.entries import Entry, State
from ingest.http.errors import JournalUnusable
from mailroom.contracts.records import Position

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS document (
    id TEXT PRIMARY KEY, parent TEXT, request TEXT, number INTEGER NOT NULL, file_name TEXT, media_type TEXT,
    size INTEGER, sha256 TEXT, received_at REAL NOT NULL, logged_at REAL, topic TEXT, partition INTEGER,
    "offset" INTEGER, state TEXT NOT NULL, settled_at REAL, label TEXT, department TEXT, decision TEXT, reason TEXT,
    duplicate_of TEXT
);
CREATE INDEX IF NOT EXISTS document_by_request ON document (request, number) WHERE request IS NOT NULL;
CREATE INDEX IF NOT EXISTS document_by_time ON document (received_at);
CREATE TABLE IF NOT EXISTS followed (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)
);
"""
PART, AFTER_PART = "~", "\x7f"
"""What stands between a document's id and the number of its part, and the character after it."""

COLUMNS = (
    "id, parent, request, number, file_name, media_type, size, sha256, received_at, logged_at, topic, partition, "
    '"offset", state, settled_at, label, department, decision, reason, duplicate_of'
)


class Journal:
    """The journal of one door; may be used by several threads.

    Raises:
        JournalUnusable: It cannot be opened or written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        with self._guarded():
            self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            self._database.executescript(SCHEMA)

    def receive(self, entries: Iterable[Entry]) -> None:
        """Note what is about to be handed to the log, before it is; what is known already stays as it is."""
        marks = ", ".join("?" * 20)
        with self._transaction():
            self._database.executemany(
                f"INSERT OR IGNORE INTO document ({COLUMNS}) VALUES ({marks})",  # noqa: S608 - our own names
                [_row(entry) for entry in entries],
            )

    def logged(self, entries: Iterable[Entry]) -> None:
        """Note what the log has; an outcome that was seen already stays."""
        with self._transaction():
            self._database.executemany(
                'UPDATE document SET topic = ?, partition = ?, "offset" = ?, logged_at = ?,'
                " state = CASE state WHEN 'received' THEN 'in-log' ELSE state END WHERE id = ?",
                [
                    (place.topic, place.partition, place.offset, entry.logged_at, entry.id)
                    for entry in entries
                    if (place := entry.position) is not None
                ],
            )

    def find(self, identifier: str) -> Entry | None:
        """A document, or None for one that did not come in here."""
        return next(iter(self._entries("id = ?", identifier)), None)

    def of_request(self, request: str) -> list[Entry]:
        """The documents of a request that had an idempotency key, in their order."""
        return self._entries("request = ? ORDER BY number", request)

    def parts(self, parent: str) -> list[Entry]:
        """Those parts of a document, and of its parts, whose outcome was seen."""
        with self._lock, self._guarded():
            rows = self._database.execute(
                f"SELECT {COLUMNS} FROM document WHERE id > ? AND id < ? ORDER BY length(id), id",  # noqa: S608 - ours
                (f"{parent}{PART}", f"{parent}{AFTER_PART}"),
            )
            return [_entry(row) for row in rows]

    def prune(self, before: float) -> None:
        """Forget what came before a time, in seconds since the epoch."""
        with self._transaction():
            self._database.execute("DELETE FROM document WHERE received_at < ?", (before,))

    def followed(self) -> dict[tuple[str, int], int]:
        """Up to where outcomes were read: the next offset of each topic and partition."""
        with self._lock, self._guarded():
            rows = self._database.execute("SELECT topic, partition, next FROM followed").fetchall()
        return {(topic, partition): offset for topic, partition, offset in rows}

    def settle(self, outcomes: Sequence[Entry], reached: Mapping[tuple[str, int], int]) -> None:
        """Note outcomes of documents of this door, and of their parts, and up to where they were read.

        Args:
            outcomes: With `parent` for parts; those of strangers are left out.
            reached: The next offset of each topic and partition.
        """
        with self._transaction():
            for outcome in outcomes:
                self._settle(outcome)
            self._database.executemany(
                "INSERT OR REPLACE INTO followed VALUES (?, ?, ?)",
                [(topic, partition, offset) for (topic, partition), offset in reached.items()],
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _settle(self, outcome: Entry) -> None:
        values = (
            outcome.state,
            outcome.settled_at,
            outcome.label,
            outcome.department,
            outcome.decision,
            outcome.reason,
            outcome.duplicate_of,
        )
        changed = self._database.execute(
            "UPDATE document SET state = ?, settled_at = ?, label = ?, department = ?, decision = ?, reason = ?,"
            " duplicate_of = ? WHERE id = ?",
            (*values, outcome.id),
        ).rowcount
        root, part, _ = outcome.id.partition(PART)
        if not changed and part and self._is_ours(root):
            marks = ", ".join("?" * 20)
            self._database.execute(
                f"INSERT OR REPLACE INTO document ({COLUMNS}) VALUES ({marks})",  # noqa: S608
                _row(outcome),
            )

    def _is_ours(self, identifier: str) -> bool:
        row = self._database.execute("SELECT 1 FROM document WHERE id = ?", (identifier,)).fetchone()
        return row is not None

    def _entries(self, where: str, value: str) -> list[Entry]:
        with self._lock, self._guarded():
            rows = self._database.execute(
                f"SELECT {COLUMNS} FROM document WHERE {where}",  # noqa: S608 - ours
                (value,),
            )
            return [_entry(row) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._guarded(), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise JournalUnusable(
                f"the journal {self._file} cannot be used ({error}): make room, or look at its permissions"
            ) from error


def _row(entry: Entry) -> tuple[object, ...]:
    place = entry.position
    where = (None, None, None) if place is None else (place.topic, place.partition, place.offset)
    return (
        *(entry.id, entry.parent, entry.request, entry.number, entry.file_name, entry.media_type),
        *(entry.size, entry.sha256, entry.received_at, entry.logged_at, *where, entry.state),
        *(entry.settled_at, entry.label, entry.department, entry.decision, entry.reason, entry.duplicate_of),
    )


def _entry(row: Sequence[object]) -> Entry:
    values = dict(zip((name.strip(' "') for name in COLUMNS.split(",")), row, strict=True))
    topic, partition, offset = (values.pop(name) for name in ("topic", "partition", "offset"))
    position = None if topic is None else Position(topic, partition, offset)  # type: ignore[arg-type]
    values["state"] = State(str(values["state"]))
    return Entry(position=position, **values)  # type: ignore[arg-type]
