"""Which checkpoint a restarted job goes on from."""

import os
from pathlib import Path

import pytest

from stream_processing.checkpoints import newest, prune


def checkpoint(directory: Path, name: str, second: int, *, complete: bool = True) -> Path:
    """Lay out a checkpoint as Flink does, written at a second of 1970."""
    folder = directory / name
    folder.mkdir(parents=True)
    (folder / "state").write_bytes(b"state")
    if complete:
        (folder / "_metadata").write_bytes(b"metadata")
        os.utime(folder / "_metadata", (second, second))
    return folder


def test_first_start_has_none(tmp_path: Path) -> None:
    """Neither an absent nor an empty folder holds a checkpoint."""
    assert (newest(tmp_path), newest(tmp_path / "absent")) == (None, None)


def test_newest_is_by_time_not_by_number(tmp_path: Path) -> None:
    """A later run counts from one again, so that the number says nothing."""
    checkpoint(tmp_path, "run-a/chk-91", 10)
    later = checkpoint(tmp_path, "run-b/chk-2", 20)
    checkpoint(tmp_path, "run-b/chk-1", 19)
    assert newest(tmp_path) == later


def test_half_written_checkpoint_is_passed_over(tmp_path: Path) -> None:
    """A checkpoint whose last file is missing was cut off by a kill."""
    whole = checkpoint(tmp_path, "run/chk-4", 10)
    checkpoint(tmp_path, "run/chk-5", 20, complete=False)
    assert newest(tmp_path) == whole


def test_prune_keeps_the_run_to_start_from(tmp_path: Path) -> None:
    """Shared state of the kept run stays, all other runs go."""
    checkpoint(tmp_path, "run-a/chk-1", 10)
    kept = checkpoint(tmp_path, "run-b/chk-2", 20)
    (tmp_path / "run-b" / "shared").mkdir()
    prune(tmp_path, kept)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run-b"]
    assert sorted(path.name for path in (tmp_path / "run-b").iterdir()) == ["chk-2", "shared"]


@pytest.mark.parametrize("folder", ["", "absent"])
def test_prune_of_nothing(tmp_path: Path, folder: str) -> None:
    """There is nothing to prune at a first start."""
    prune(tmp_path / folder, None)
    assert list(tmp_path.iterdir()) == []
