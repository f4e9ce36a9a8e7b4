"""What is removed from a store, and what is not."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.objects import ObjectStore
from mailroom.originals.cleaning import DAY, Cleaning, clean
from mailroom.originals.listing import Kept, Shelf
from mailroom.originals.spans import seconds

NOW = 1_767_225_600.0


@dataclass
class World:
    """A store on files."""

    root: Path

    def put(self, content: bytes, days: float) -> Path:
        """An object that was put so many days ago."""
        uri = ObjectStore(f"file://{self.root}").put(content)
        return self.aged(Path(uri.removeprefix("file://")), days)

    def aged(self, path: Path, days: float) -> Path:
        """A file that was written so many days ago."""
        os.utime(path, (NOW - days * DAY, NOW - days * DAY))
        return path

    def clean(self, *log: Record, days: float = 30, dry_run: bool = False) -> Cleaning:
        """Clean it."""
        shelf = Shelf(f"file://{self.root}")
        return clean(shelf, log, older_than=days * DAY, now=NOW, dry_run=dry_run)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty store."""
    root = tmp_path / "objects"
    root.mkdir()
    return World(root)


def test_what_is_old_and_referred_to_by_nothing_goes(world: World) -> None:
    """Neither the young one goes nor the one that a record needs; the counts say so."""
    orphan, young, needed = world.put(b"orphan", 31), world.put(b"young", 29), world.put(b"needed", 31)
    done = world.clean(Record(Topic.RAW, None, b"needed"))
    assert (orphan.exists(), young.exists(), needed.exists()) == (False, True, True)
    assert done == Cleaning(
        dry_run=False, objects=3, bytes=17, young=1, referred_to=1, removed=1, removed_bytes=6
    )


def test_what_an_unfinished_write_left_goes(world: World) -> None:
    """Whatever else lies in the folder is none of ours."""
    half = world.root / f".{'0' * 32}"
    own = world.root / "README"
    for path in (half, own):
        path.write_bytes(b"half")
        world.aged(path, 31)
    done = world.clean()
    assert (half.exists(), own.exists()) == (False, True)
    assert (done.objects, done.removed, done.unfinished) == (1, 1, 1)


def test_a_dry_run_removes_nothing(world: World) -> None:
    """It says what would be removed."""
    orphan = world.put(b"orphan", 31)
    assert world.clean(dry_run=True).removed == 1
    assert orphan.exists()


def test_what_is_put_again_meanwhile_stays(world: World) -> None:
    """The same content comes again after the store was listed: putting it renews it."""
    orphan = world.put(b"orphan", 31)

    def log() -> Iterator[Record]:
        ObjectStore(f"file://{world.root}").put(b"orphan")
        yield Record(Topic.RAW, None, b"another")

    done = clean(Shelf(f"file://{world.root}"), log(), older_than=30 * DAY, now=NOW)
    assert (orphan.exists(), done.removed, done.young) == (True, 0, 1)


def test_a_log_is_not_read_for_nothing(world: World) -> None:
    """Where nothing is old, nobody asks it."""
    world.put(b"young", 1)

    def log() -> Iterator[Record]:
        raise AssertionError("the log was read")
        yield

    assert clean(Shelf(f"file://{world.root}"), log(), older_than=30 * DAY, now=NOW).young == 1


def test_a_span_that_would_meet_documents_on_their_way_is_refused(world: World) -> None:
    """An object is written before the record that names it."""
    with pytest.raises(UsageError, match="2d at least"):
        world.clean(days=1.9)


def test_a_file_that_is_gone_is_not_removed_twice(world: World) -> None:
    """Two operators may clean at a time."""
    path = world.put(b"orphan", 31)
    shelf = Shelf(f"file://{world.root}")
    [kept] = shelf.files()
    assert (shelf.remove(kept), shelf.remove(kept), path.exists()) == (True, False, False)
    assert replace(kept, path="x") == Kept("x", 6, NOW - 31 * DAY, kept.digest)


@pytest.mark.parametrize(("span", "expected"), [("90d", 7_776_000.0), ("36h", 129_600.0)])
def test_spans(span: str, expected: float) -> None:
    """Days and hours."""
    assert seconds(span) == expected


@pytest.mark.parametrize("span", ["", "90", "d", "-1d", "1.5d", "٣d", "1w"])
def test_what_is_no_span(span: str) -> None:
    """Each with the mend."""
    with pytest.raises(UsageError, match="write 90d for days"):
        seconds(span)
