"""The verb `classify`: batch prediction by the classifier's core, on this machine or on Spark.

It stands here because it needs two parts that do not know each other: the service labels, training reaches Spark.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from classifier_service.batch.running import Labels
    from classifier_service.batch.working import Task


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
        Path | None, typer.Option(help="Folder of the model package; by default the one that `up` uses.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one for each core.")
    ] = None,
    table: Annotated[str, typer.Option(help="Table of a database.")] = "labels",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Label documents of any number; the same call goes on where an earlier one was stopped."""
    from classifier_service.batch.running import Request, run
    from mailroom.progress import line
    from mailroom.settings import load_settings
    from mailroom.terminal import emit

    settings = load_settings()
    request = Request(tuple(paths), output, package or settings.classifier.package or _default(), table)
    result = run(request, settings, _processes(workers), line)
    emit(result, as_json=as_json)
    return int(result["labelled"] == 0)


def _default() -> Path:
    from mailroom.embedded.packages import provide_package
    from mailroom.progress import line

    return provide_package(line)


def _processes(workers: int | None) -> "Callable[[Task], Labels]":
    import os

    from classifier_service.batch.processes import Processes

    return lambda task: Processes(task, workers or len(os.sched_getaffinity(0)))
