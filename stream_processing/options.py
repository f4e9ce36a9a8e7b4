"""What the job asks of Flink: its options, by their names."""

import shutil
import sys
from pathlib import Path

from mailroom.settings import Settings
from stream_processing import checkpoints


def options(settings: Settings, connector: Path) -> dict[str, str]:
    """Flink's options, by their names.

    Bundles of documents for Python are large: every checkpoint ends the one that is open, so that no document waits for
    others longer than it waits for its checkpoint. State is kept by RocksDB, whose checkpoints hold what changed: five
    times a second the ids of a week cannot be written whole.
    """
    stream = settings.stream
    directory = checkpoint_dir(stream.state_dir)
    restored = checkpoints.newest(directory)
    fixed = {
        "pipeline.name": "mailroom: cleanse and route",
        "pipeline.jars": connector.resolve().as_uri(),
        "pipeline.object-reuse": "true",
        "io.tmp.dirs": str(scratch_dir(stream.state_dir)),
        "state.backend.type": "rocksdb",
        "execution.checkpointing.incremental": "true",
        "parallelism.default": str(stream.parallelism),
        "taskmanager.numberOfTaskSlots": str(stream.parallelism),
        "execution.checkpointing.interval": f"{stream.checkpoint_interval_ms} ms",
        "execution.checkpointing.min-pause": "150 ms",
        "execution.checkpointing.dir": directory.resolve().as_uri(),
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "execution.checkpointing.num-retained": "2",
        # A job that keeps failing ends its process, which says why and is started anew by its supervisor.
        "restart-strategy.type": "failure-rate",
        "restart-strategy.failure-rate.max-failures-per-interval": "5",
        "restart-strategy.failure-rate.failure-rate-interval": "2 min",
        "restart-strategy.failure-rate.delay": "1 s",
        "table.exec.state.ttl": f"{stream.duplicate_window_hours} h",
        "python.executable": sys.executable,
        "python.client.executable": sys.executable,
        "python.fn-execution.bundle.time": "1000",
        "python.fn-execution.bundle.size": "3000",
        "rest.port": "0",
    }
    return fixed | ({"execution.state-recovery.path": restored.resolve().as_uri()} if restored else {})


def scratch_dir(state_dir: Path) -> Path:
    """Where a running job keeps its working copies; of no use to the next one."""
    return state_dir / "scratch"


def clear_scratch(state_dir: Path) -> None:
    """Remove what a job that was killed left behind."""
    scratch = scratch_dir(state_dir)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)


def checkpoint_dir(state_dir: Path) -> Path:
    """Where the job's checkpoints lie."""
    return state_dir / "checkpoints"
