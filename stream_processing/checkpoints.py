"""Where a restarted job goes on: the newest checkpoint that was written whole."""

import shutil
from pathlib import Path

COMPLETE = "_metadata"  # Flink writes this file last


def newest(directory: Path) -> Path | None:
    """The newest complete checkpoint below a checkpoint directory (`<job id>/chk-<n>/`), or None at a first start."""
    complete = [marker.parent for marker in directory.glob(f"*/chk-*/{COMPLETE}")]
    return max(complete, key=lambda path: (path / COMPLETE).stat().st_mtime_ns, default=None)


def prune(directory: Path, keep: Path | None) -> None:
    """Remove the folders of earlier runs, except the one that holds the checkpoint to start from."""
    for run in directory.iterdir() if directory.is_dir() else ():
        if run.is_dir() and (keep is None or run != keep.parent):
            shutil.rmtree(run)
