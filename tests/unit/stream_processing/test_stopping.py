"""How a worker stops the job for good."""

from pathlib import Path

import pytest

from mailroom.failure_cap import StageBroken
from stream_processing.stopping import StopNote


def test_a_note_is_read_until_it_is_cleared(tmp_path: Path) -> None:
    """None at first; whoever comes second may write it again."""
    note = StopNote(tmp_path / "flink")
    assert note.read() is None
    note.write("first")
    note.write("second")
    assert note.read() == "second"
    note.clear()
    note.clear()
    assert note.read() is None


def test_a_note_ends_the_job(tmp_path: Path) -> None:
    """It is cancelled before Flink starts the worker once more, and the process says why."""
    note, cancelled = StopNote(tmp_path), list[str]()
    note.obey(lambda: cancelled.append("without a note"))
    note.write("101 of the last 200 documents failed")
    with pytest.raises(StageBroken, match="101 of the last 200 documents failed"):
        note.obey(lambda: cancelled.append("with a note"))
    assert cancelled == ["with a note"]
