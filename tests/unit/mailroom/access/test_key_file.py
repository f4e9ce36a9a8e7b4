"""The file of keys, and the ring that reads it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mailroom.access import key_file, key_ring
from mailroom.access.errors import KeysUnusable
from mailroom.access.keys import ApiKey, new_key
from mailroom.access.scopes import Scope

AT = "2026-01-01T00:00:00.000Z"
UNREADABLE_TIME = """{"version": 1, "keys": [
    {"id": "a", "name": "n", "scopes": [], "sha256": "", "created_at": "", "expires_at": "soon"}]}"""


def add(file: Path, name: str = "scanner") -> tuple[str, ApiKey]:
    """One key more."""
    key, kept = new_key(name, [Scope.WRITE_DOCUMENTS, Scope.READ_DOCUMENTS], AT)
    key_file.change(file, lambda known: (*known, kept))
    return key, kept


def test_keys_come_back_and_are_their_owners_alone(tmp_path: Path) -> None:
    """What was written is read; nobody else may read or write it."""
    file = tmp_path / "deep" / "keys.json"
    kept = [add(file)[1], add(file, "archive")[1]]
    assert list(key_file.read(file)) == kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.security
@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602, 0o644])
def test_a_file_that_others_may_write_is_not_trusted(tmp_path: Path, mode: int) -> None:
    """Whoever may write the file may let himself in: it counts for nothing, and the mend is said."""
    file = tmp_path / "keys.json"
    add(file)
    file.chmod(mode)
    with pytest.raises(KeysUnusable, match=f"chmod 600 {file}"):
        key_file.read(file)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640])
def test_a_file_that_a_group_may_read_is_fine(tmp_path: Path, mode: int) -> None:
    """A door may run as another user than whoever makes its keys."""
    file = tmp_path / "keys.json"
    add(file)
    file.chmod(mode)
    assert len(key_file.read(file)) == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "no file of keys"),
        ('{"version": 1}', "no file of keys"),
        ('{"version": 2, "keys": []}', "version 2"),
        ('{"version": 1, "keys": [], "more": 1}', "no file of keys"),
        (UNREADABLE_TIME, "no file of keys"),
    ],
)
def test_what_is_no_file_of_keys_is_told(tmp_path: Path, content: str, why: str) -> None:
    """A broken file is an error with its place, not an empty list of keys."""
    file = tmp_path / "keys.json"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(KeysUnusable, match=why) as caught:
        key_file.read(file)
    assert str(file) in str(caught.value)


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    """Eight make a key each at the same time; all eight are there."""
    file = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as pool:
        made = {kept.id for _, kept in pool.map(lambda number: add(file, str(number)), range(8))}
    assert {key.id for key in key_file.read(file)} == made


def test_a_ring_sees_each_change_at_once(tmp_path: Path) -> None:
    """A key that was made after the door opened is good, and one that was revoked is not."""
    file = tmp_path / "keys.json"
    first, _ = add(file)
    ring = key_ring.of_file(file)
    second, kept = add(file)
    assert ring.owner(first) is not None
    assert ring.owner(second) == kept
    key_file.change(file, lambda known: [replace(key, revoked_at=AT) for key in known])
    assert ring.owner(first) is None


def test_a_ring_whose_file_went_lets_nobody_in(tmp_path: Path) -> None:
    """A missing file does not mean that what was known before is still so."""
    file = tmp_path / "keys.json"
    key, _ = add(file)
    ring = key_ring.of_file(file)
    content = file.read_bytes()
    file.unlink()
    for _ in range(2):
        with pytest.raises(KeysUnusable):
            ring.owner(key)
    file.write_bytes(content)
    file.chmod(0o600)
    assert ring.owner(key) is not None
