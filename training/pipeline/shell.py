"""The shell of `mailroom train --config`: a file in, a result out, progress on a terminal or in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mailroom.terminal import messages
from training.config import read_config
from training.pipeline.run import run
from training.pipeline.stopwatch import Report


def train_by(path: Path, *, master: str | None = None) -> dict[str, Any]:
    """Run what a file says; see `training.pipeline.run.run`.

    Args:
        path: The file.
        master: Where Spark runs, whatever the file says.
    """
    config = read_config(path)
    if master:
        config = config.model_copy(update={"spark": config.spark.model_copy(update={"master": master})})
    with progress() as report:
        return run(config, report=report).told()


@contextmanager
def progress() -> Iterator[Report]:
    """One line that changes where a person looks, lines of a log elsewhere."""
    console = messages()
    if console.is_terminal:
        with console.status("starting") as status:
            yield status.update
    else:
        yield lambda what: messages().print(what, highlight=False, markup=False, soft_wrap=True)
