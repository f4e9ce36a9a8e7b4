"""What a watcher was about to do, and what it did."""

from pathlib import Path

import pytest

from ingest.errors import FolderUnusable
from ingest.watch.journal import KEEP_SECONDS, Entry, Journal, State
from ingest.watch.observations import Fingerprint

ENTRY = Entry("id-1", "\udcff.txt", Fingerprint(2**64 - 1, 5, 1_000), {0: 7, 1: 0})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the journal lies."""
    return tmp_path / "journal.sqlite3"


def reopened(file: Path) -> Journal:
    """The journal as the next process finds it."""
    return Journal(file)


def test_an_intention_outlives_the_process(file: Path) -> None:
    """Every field comes back: odd names, the largest inode number, the offsets."""
    Journal(file).intend([ENTRY], 10.0)
    assert reopened(file).unfinished(State.INTENDED) == [ENTRY]


def test_an_entry_goes_its_way(file: Path) -> None:
    """Intended, sent, moved: it is in one state at a time."""
    journal = Journal(file)
    journal.intend([ENTRY], 10.0)
    journal.mark(["id-1"], State.SENT, 11.0)
    found = reopened(file)
    assert [entry.id for entry in found.unfinished(State.SENT)] == ["id-1"]
    assert found.unfinished(State.INTENDED) == []
    found.mark(["id-1"], State.MOVED, 12.0)
    assert (found.state("id-1"), found.state("id-2")) == (State.MOVED, None)


def test_what_was_never_sent_is_forgotten(file: Path) -> None:
    """Its file is picked up again as if nothing had been."""
    journal = Journal(file)
    journal.intend([ENTRY], 10.0)
    journal.forget(["id-1"])
    assert reopened(file).state("id-1") is None


def test_only_what_was_moved_long_ago_is_pruned(file: Path) -> None:
    """An unfinished entry is kept for ever, a moved one for thirty days."""
    journal = Journal(file)
    for identifier in ("old", "young", "open"):
        journal.intend([Entry(identifier, "a", Fingerprint(1, 1, 1), {})], 0.0)
    journal.mark(["old"], State.MOVED, 0.0)
    journal.mark(["young"], State.MOVED, 2.0)
    journal.prune(KEEP_SECONDS + 1.0)
    states = [journal.state(identifier) for identifier in ("old", "young", "open")]
    assert states == [None, State.MOVED, State.INTENDED]


def test_the_folder_keeps_its_id(file: Path) -> None:
    """It names the writer in the log, which fences a dead predecessor."""
    assert Journal(file).folder_id() == reopened(file).folder_id()


def test_a_journal_that_is_none_is_told(file: Path) -> None:
    """A file of another kind is left alone."""
    file.write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(FolderUnusable, match="cannot be used"):
        Journal(file)
