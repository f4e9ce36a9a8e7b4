"""The folder itself."""

import errno
import os
from pathlib import Path

import pytest

from ingest.errors import FolderTaken, FolderUnusable, Unsendable
from ingest.watch.inbox import Changed, Inbox, free_name
from ingest.watch.observations import Observation


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """A prepared folder that holds `a.txt`."""
    (tmp_path / "a.txt").write_text("one")
    found = Inbox(tmp_path)
    found.prepare()
    return found


def only(inbox: Inbox) -> Observation:
    """The one thing in the folder."""
    (found,) = inbox.observe()
    return found


def test_folders_are_not_observed(inbox: Inbox) -> None:
    """Of `done`, `failed`, `.mailroom` and `a.txt`, only the file is seen."""
    assert only(inbox).name == "a.txt"


def test_links_and_pipes_are_observed_as_what_they_are(tmp_path: Path) -> None:
    """Neither is followed nor read."""
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    assert sorted((item.name, item.regular) for item in Inbox(tmp_path).observe()) == [
        ("link", False),
        ("pipe", False),
    ]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A typing error must not make a folder."""
    with pytest.raises(FolderUnusable, match="make it first"):
        Inbox(tmp_path / "nix").prepare()


def test_a_file_named_done_is_told(tmp_path: Path) -> None:
    """There would be nowhere to put what was sent."""
    (tmp_path / "done").touch()
    with pytest.raises(FolderUnusable, match="File exists"):
        Inbox(tmp_path).prepare()


def test_a_second_watcher_is_refused(inbox: Inbox) -> None:
    """The lock is held until the block ends."""
    with inbox.lock(), pytest.raises(FolderTaken, match="one is enough"), inbox.lock():
        pass
    with inbox.lock():
        pass


def test_a_file_is_read_as_observed(inbox: Inbox) -> None:
    """Its bytes come, and nothing is raised."""
    with inbox.open(only(inbox)) as stream:
        assert stream.read() == b"one"


def test_a_file_that_changed_before_it_is_read_is_looked_at_again(inbox: Inbox) -> None:
    """A version that was not observed was not seen to be quiet."""
    seen = only(inbox)
    (inbox.folder / "a.txt").write_text("three")
    with pytest.raises(Changed), inbox.open(seen):
        pass


def test_a_file_that_changes_while_it_is_read_is_looked_at_again(inbox: Inbox) -> None:
    """What was read may be half of each version."""
    file = inbox.folder / "a.txt"
    with pytest.raises(Changed), inbox.open(only(inbox)) as stream:
        file.write_bytes(stream.read() + b"more")


def test_a_file_that_is_gone_is_looked_at_again(inbox: Inbox) -> None:
    """Somebody took it back: nothing failed."""
    seen = only(inbox)
    (inbox.folder / "a.txt").unlink()
    with pytest.raises(Changed), inbox.open(seen):
        pass


def test_a_link_that_took_the_place_of_a_file_is_not_followed(inbox: Inbox) -> None:
    """Between looking and opening, a name may come to mean something else."""
    seen = only(inbox)
    (inbox.folder / "a.txt").unlink()
    (inbox.folder / "a.txt").symlink_to("/etc/hostname")
    with pytest.raises(Unsendable, match="cannot be read"), inbox.open(seen):
        pass


def test_a_file_that_somebody_writes_to_is_in_use(inbox: Inbox) -> None:
    """The kernel knows, however quiet the writer is."""
    with (inbox.folder / "a.txt").open("a"):
        assert inbox.in_use("a.txt")
    assert not inbox.in_use("a.txt")


def test_a_reader_does_not_make_a_file_in_use(inbox: Inbox) -> None:
    """Looking at a file does not change it."""
    with (inbox.folder / "a.txt").open():
        assert not inbox.in_use("a.txt")


def test_nothing_in_done_is_overwritten(inbox: Inbox) -> None:
    """The second file of a name gets a number before its ending."""
    (inbox.folder / "done" / "a.txt").write_text("earlier")
    assert inbox.finish("a.txt") == inbox.folder / "done" / "a-1.txt"
    assert (inbox.folder / "done" / "a.txt").read_text() == "earlier"
    assert (inbox.folder / "done" / "a-1.txt").read_text() == "one"
    assert inbox.observe() == []


def test_nothing_is_overwritten_where_there_are_no_hard_links(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems have none: a reserved name does the same."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (inbox.folder / "done" / "a.txt").write_text("earlier")
    inbox.finish("a.txt")
    assert (inbox.folder / "done" / "a.txt").read_text() == "earlier"
    assert (inbox.folder / "done" / "a-1.txt").read_text() == "one"


def test_a_move_that_a_kill_cut_in_two_is_finished(inbox: Inbox) -> None:
    """The file then has both names: the old one goes, and there is no second copy."""
    os.link(inbox.folder / "a.txt", inbox.folder / "done" / "a.txt")
    inbox.finish("a.txt")
    assert [path.name for path in (inbox.folder / "done").iterdir()] == ["a.txt"]
    assert inbox.observe() == []


def test_a_rejected_file_has_its_reason_beside_it(inbox: Inbox) -> None:
    """A person who finds it sees what to do."""
    inbox.reject("a.txt", "too large")
    assert (inbox.folder / "failed" / "a.txt").read_text() == "one"
    assert (inbox.folder / "failed" / "a.txt.reason.txt").read_text() == "too large\n"


def test_a_reason_file_takes_no_name_of_another(tmp_path: Path) -> None:
    """Document and reason move to the next number together."""
    (tmp_path / "a.txt.reason.txt").touch()
    assert free_name(tmp_path / "a.txt") == tmp_path / "a-1.txt"


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """Whoever removed it reads what happened, not a traceback."""
    with pytest.raises(FolderUnusable, match="No such file or directory"):
        Inbox(tmp_path / "nix").observe()
