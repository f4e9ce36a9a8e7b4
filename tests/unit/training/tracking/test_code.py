"""What git says of a folder."""

import subprocess
from pathlib import Path

import pytest

from training.tracking.code import CodeState, code_state


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_clean_then_dirty(tmp_path: Path) -> None:
    """The revision of the commit; a new file makes the folder dirty."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "kernel.py").write_text("x = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    revision = git(tmp_path, "rev-parse", "HEAD")
    assert code_state(tmp_path) == CodeState(revision, dirty=False, folder=tmp_path)
    (tmp_path / "more.py").touch()
    assert code_state(tmp_path) == CodeState(revision, dirty=True, folder=tmp_path)


def test_no_repository(tmp_path: Path) -> None:
    """A folder that git does not know has no revision, and that is no error."""
    assert code_state(tmp_path) == CodeState("", dirty=False, folder=tmp_path)


def test_an_image_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no repository, the variable says what the image was built from."""
    monkeypatch.setenv("MAILROOM_CODE_REVISION", "abc123")
    assert code_state(tmp_path) == CodeState("abc123", dirty=False, folder=tmp_path)


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is a machine without git."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code_state(Path(__file__).parent).revision == ""
