"""The verb `classify`: batch prediction by the classifier's core, on this machine or on Spark.

It stands here because it needs two parts that do not know each other: the service labels, training reaches Spark.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from classifier_service.batch.parts import Part
    from classifier_service.batch.results import Done
    from classifier_service.batch.running import Labels
    from classifier_service.batch.working import Task
    from training.spark import SparkSettings


def classify(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Folders and files of documents, JSON Lines or Parquet files that hold some; paths, globs or URIs.",
        ),
    ],
    *,
    output: Annotated[
        str, typer.Option(help="File or URI that ends in .parquet or .jsonl, or a database's SQLAlchemy URL.")
    ],
    package: Annotated[
        str | None,
        typer.Option(help="Folder or URI of the model package; by default the one that `up` uses."),
    ] = None,
    master: Annotated[
        str | None,
        typer.Option(help="Label on Spark instead: local[CORES], or spark://HOST:PORT of a cluster."),
    ] = None,
    spark: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="With --master: driver_host, executor_memory and others of a run's `spark`, or a Spark property.",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one for each core.")
    ] = None,
    table: Annotated[str, typer.Option(help="Table of a database.")] = "labels",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Label documents of any number; the same call goes on where an earlier one was stopped."""
    from classifier_service.batch.drawing import draw
    from classifier_service.batch.running import Request, run
    from mailroom.progress import line
    from mailroom.settings import load_settings
    from mailroom.terminal import emit

    settings = load_settings()
    model = package or settings.classifier.package or _default()
    labels = _processes(workers) if master is None else _on_spark(master, spark or [])
    result = run(Request(tuple(paths), output, str(model), table), settings, labels, line)
    emit(result, as_json=as_json, render=lambda console: draw(console, result))
    return int(result["labelled"] == 0)


def _default() -> Path:
    from mailroom.embedded.packages import provide_package
    from mailroom.progress import line

    return provide_package(line)


def _processes(workers: int | None) -> "Callable[[Task], Labels]":
    import os

    from classifier_service.batch.processes import Processes

    return lambda task: Processes(task, workers or len(os.sched_getaffinity(0)))


def _on_spark(master: str, given: "Sequence[str]") -> "Callable[[Task], Labels]":
    from mailroom.contracts.errors import UsageError
    from training.spark import SparkSettings

    pairs = dict(pair.split("=", 1) for pair in given if "=" in pair)
    options = {name: value for name, value in pairs.items() if "." in name}
    known = {name: value for name, value in pairs.items() if name in SparkSettings.model_fields}
    if len(options) + len(known) < len(given):
        raise UsageError(
            f"--spark {' '.join(given)}: give NAME=VALUE, one of {', '.join(SparkSettings.model_fields)}"
        )
    settings = SparkSettings.model_validate({"master": master, **known, "options": options})
    return lambda task: _OnSpark(task, settings)


@dataclass
class _OnSpark:
    """Parts through the executors of a cluster."""

    task: "Task"
    settings: "SparkSettings"

    def label(self, parts: "Sequence[Part]") -> "Iterator[Done]":
        """Label parts, in whatever order they are finished."""
        from classifier_service.batch.working import label_part_with
        from mailroom.places import is_remote
        from training.spread import spread

        package = None if is_remote(self.task.package) else Path(self.task.package)
        return spread(partial(label_part_with, self.task), parts, self.settings, folder=package)
