"""An embedded system that tests may hurt."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroom.embedded.state import SystemState
from tests.disruption.world import MAILROOM, state


@pytest.fixture
def up(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SystemState]:
    """An embedded system of its own."""
    monkeypatch.setenv("MAILROOM_HOME", str(tmp_path))
    subprocess.run([*MAILROOM, "up", "--detach", "--package", str(package)], check=True, timeout=180)
    yield state()
    subprocess.run([*MAILROOM, "down"], check=True, timeout=60)
