"""Folders and full disks."""

import errno
from pathlib import Path

import pytest

from mailroom.embedded import folders


def test_the_cache_can_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable moves everything that can be made again."""
    monkeypatch.setenv("MAILROOM_CACHE", "/somewhere")
    assert folders.cache_folder() == Path("/somewhere")


def test_free_room_is_known_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    """The first start asks before it makes anything."""
    assert folders.free_bytes(tmp_path / "a" / "b") > 0


def test_a_disk_as_good_as_full_is_refused_with_the_mend(tmp_path: Path) -> None:
    """One line: how much there is, how much it takes, what to do."""
    with pytest.raises(folders.DiskFull) as raised:
        folders.require_space(tmp_path, needed=1 << 60)
    message = str(raised.value)
    assert f"GiB are free for {tmp_path}, 1073741824.00 GiB are needed: make room" in message
    assert "\n" not in message


def test_a_disk_that_fills_up_is_said_in_one_line(tmp_path: Path) -> None:
    """The system's error becomes ours, with the mend."""
    with (
        pytest.raises(folders.DiskFull, match=r"is full: make room, or choose another"),
        folders.room_for(tmp_path),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_other_errors_pass_unchanged(tmp_path: Path) -> None:
    """Only a full disk is a full disk."""
    with pytest.raises(PermissionError), folders.room_for(tmp_path):
        raise PermissionError(errno.EACCES, "no")
