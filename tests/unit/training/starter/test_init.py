"""`mailroom init`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main

FILES = [
    ".github/workflows/train.yml",
    ".gitignore",
    "README.md",
    "notebooks/prototype.ipynb",
    "pyproject.toml",
    "run.yaml",
    "src/own_kernels/__init__.py",
    "src/own_kernels/bayes.py",
    "tests/test_kernel.py",
]


def init(folder: Path, *flags: str) -> int:
    """The exit status."""
    with pytest.raises(SystemExit) as ended:
        main(["init", str(folder), *flags])
    return int(ended.value.code or 0)


def test_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The repository is there, and nothing else beside it."""
    assert init(tmp_path / "mine", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"directory": str(tmp_path / "mine"), "files": FILES}
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_will_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A person is told what to do first."""
    (tmp_path / "mine").mkdir()
    assert init(tmp_path / "mine") == 0
    assert "mailroom train --config run.yaml" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["file", "folder"])
def test_nothing_is_overwritten(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A file, or a folder that holds something, is refused with status 2 and stays as it is."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    assert init(tmp_path / name) == 2
    assert "name a new folder" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder", "mine.txt"]


def test_its_own_test_passes(tmp_path: Path) -> None:
    """The example keeps the contract, by the repository's own settings of pytest."""
    init(tmp_path / "mine")
    root = str(Path(__file__).parents[4])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path / "mine",
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout
