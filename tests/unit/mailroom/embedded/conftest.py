"""What the tests of the embedded runtime share: waiting on conditions, and folders of their own."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

Until = Callable[[Callable[[], bool]], bool]


@pytest.fixture
def until() -> Until:
    """Ask a condition until it holds, at most a minute; say whether it did."""

    def wait(condition: Callable[[], bool]) -> bool:
        end = time.monotonic() + 60.0
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    return wait


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder for an embedded system that is nobody else's."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MAILROOM_HOME", str(folder))
    return folder
