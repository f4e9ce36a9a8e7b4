"""Files by path or URI: a folder of this machine, and fsspec's store in memory."""

from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.places import StoreUnavailable, exists, found, joined, opened, read, remove, write


@pytest.fixture(params=["path", "file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder of each kind."""
    if request.param == "memory":
        return f"memory://{tmp_path}"
    return str(tmp_path / "root") if request.param == "path" else f"file://{tmp_path}/root"


def test_what_was_written_is_read(root: str) -> None:
    """Folders are made on the way; what is written again replaces, what is removed is gone."""
    place = joined(root, "deep/er/a.txt")
    assert (read(place), exists(place)) == (None, False)
    write(place, b"one")
    write(place, b"two")
    assert read(place) == b"two"
    with opened(place) as stream:
        assert stream.read() == b"two"
    remove(joined(root, "deep"))
    remove(place)
    assert not exists(place)
    with pytest.raises(FileNotFoundError):
        opened(place)


def test_files_are_found(root: str) -> None:
    """A file, a folder, a glob, in the order of names; hidden ones below a folder are not."""
    for name in ("b.txt", "a.txt", "deep/c.txt", ".hidden/d.txt", "deep/.e"):
        write(joined(root, name), name.encode())
    names = [file.uri.rpartition("root/")[2].rpartition(f"{root}/")[2] for file in found(root)]
    assert [Path(name).name for name in names] == ["a.txt", "b.txt", "c.txt"]
    assert [file.size for file in found(joined(root, "a.txt"))] == [5]
    assert [Path(file.uri).name for file in found(joined(root, "*.txt"))] == ["a.txt", "b.txt"]
    assert found(joined(root, "nothing")) == []


def test_a_file_that_was_found_can_be_read_by_what_it_is_called(root: str) -> None:
    """Its URI is of the same kind as the place that was asked for, and its stamp tells a change."""
    write(joined(root, "a.txt"), b"one")
    [before] = found(root)
    assert read(before.uri) == b"one"
    write(joined(root, "a.txt"), b"two")
    assert found(root)[0].stamp != before.stamp


def test_a_name_with_colons_is_a_name(tmp_path: Path) -> None:
    """Fsspec itself would chain two filesystems."""
    (tmp_path / "a::b.txt").write_text("odd")
    assert read(str(tmp_path / "a::b.txt")) == b"odd"


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk gives up, the old file stays and no other."""
    write(str(tmp_path / "a.txt"), b"old")
    monkeypatch.setattr(Path, "replace", _full)
    with pytest.raises(StoreUnavailable, match=r"a\.txt: No space left.*is there room"):
        write(str(tmp_path / "a.txt"), b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert read(str(tmp_path / "a.txt")) == b"old"


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_filesystem_that_nobody_knows_is_refused() -> None:
    """As is one whose library is not installed."""
    with pytest.raises(UsageError, match="nonsense://a: Protocol not known"):
        read("nonsense://a")
