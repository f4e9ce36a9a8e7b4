"""What the job asks of Flink."""

from pathlib import Path

from mailroom.settings import Settings, StreamSettings
from stream_processing.options import options


def options_in(folder: Path, **stream: int) -> dict[str, str]:
    """The options of a job that keeps its state in a folder."""
    return options(Settings(stream=StreamSettings(state_dir=folder, **stream)), folder / "connector.jar")


def test_ids_are_forgotten_after_the_window(tmp_path: Path) -> None:
    """State without a time to live would grow for ever."""
    assert options_in(tmp_path)["table.exec.state.ttl"] == "168 h"
    assert options_in(tmp_path, duplicate_window_hours=3)["table.exec.state.ttl"] == "3 h"


def test_checkpoints_are_kept_for_the_next_start(tmp_path: Path) -> None:
    """They come five times a second, into the job's own folder, and outlive the job."""
    found = options_in(tmp_path)
    assert found["execution.checkpointing.interval"] == "200 ms"
    assert found["execution.checkpointing.dir"] == f"file://{tmp_path}/checkpoints"
    assert found["execution.checkpointing.externalized-checkpoint-retention"] == "RETAIN_ON_CANCELLATION"


def test_first_start_restores_nothing(tmp_path: Path) -> None:
    """Without a checkpoint the option is absent, not empty."""
    assert "execution.state-recovery.path" not in options_in(tmp_path)


def test_later_start_restores_the_newest_checkpoint(tmp_path: Path) -> None:
    """A complete checkpoint is where the job goes on."""
    marker = tmp_path / "checkpoints" / "run" / "chk-3" / "_metadata"
    marker.parent.mkdir(parents=True)
    marker.write_bytes(b"")
    found = options_in(tmp_path)["execution.state-recovery.path"]
    assert found == f"file://{tmp_path}/checkpoints/run/chk-3"
