"""How a service announces itself."""

import os
from pathlib import Path

import pytest

from mailroom.embedded import ready


def test_a_service_that_was_asked_announces_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file then names a process that runs."""
    file = tmp_path / "ready" / "flink"
    monkeypatch.setenv("MAILROOM_READY", str(file))
    assert not ready.is_announced(file)
    assert ready.announce(topic="documents.raw")
    assert ready.is_announced(file)
    assert file.read_text() == f'{{"pid": {os.getpid()}, "topic": "documents.raw"}}'


def test_a_service_that_nobody_asked_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by hand, a service needs no file."""
    monkeypatch.delenv("MAILROOM_READY", raising=False)
    assert not ready.announce()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": 4194305}', '{"pid": "x"}'])
def test_only_a_process_that_runs_counts(tmp_path: Path, content: str) -> None:
    """What a dead process left, or half a file, is no announcement."""
    (tmp_path / "file").write_text(content)
    assert not ready.is_announced(tmp_path / "file")


def test_clearing_forgets_the_last_announcement(tmp_path: Path) -> None:
    """Each start speaks for itself; the file is there and empty."""
    file = tmp_path / "file"
    file.write_text(f'{{"pid": {os.getpid()}}}')
    ready.clear(file)
    assert file.read_text() == ""
