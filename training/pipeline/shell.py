"""The shell of `mailroom train --config`: a file in, a result out, progress on a terminal or in the log."""

from pathlib import Path
from typing import Any

from training.config import read_config
from training.pipeline.run import run
from training.waiting import line, progress


def train_by(path: Path, *, master: str | None = None) -> dict[str, Any]:
    """Run what a file says; see `training.pipeline.run.run`.

    Args:
        path: The file.
        master: Where Spark runs, whatever the file says.
    """
    config = read_config(path)
    if master:
        config = config.model_copy(update={"spark": config.spark.model_copy(update={"master": master})})
    with progress(line) as report:
        return run(config, report=report).told()
