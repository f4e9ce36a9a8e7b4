"""`python -m benchmarks.batch`: seconds, memory and estimates of `mailroom classify`, from few documents to many."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.batch.documents import written
from benchmarks.batch.measuring import Growth, measure
from mailroom.contracts.errors import MailroomError
from mailroom.embedded.packages import provide_package
from mailroom.progress import line
from mailroom.terminal import emit, run

LINEAR, FLAT, ESTIMATE = 1.2, 1.2, 0.25
"""At most so much more processor time a byte and memory, largest size against smallest; and error of the estimate."""


class MissedTarget(MailroomError):
    """Batch prediction does not grow as it must."""


def main(
    *,
    megabytes: Annotated[list[int] | None, typer.Option(help="Sizes, ascending.")] = None,
    workers: Annotated[int, typer.Option(help="Processes.")] = 2,
    folder: Annotated[Path | None, typer.Option(help="Where the documents are written to.")] = None,
    package: Annotated[Path | None, typer.Option(help="Model package; by default the generated one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Label generated documents of each size, each in a process of its own."""
    model = package or provide_package(line)
    with tempfile.TemporaryDirectory(prefix="mailroom-batch-", dir=folder) as name:
        found = [_measured(size, Path(name), model, workers) for size in megabytes or [50, 200]]
    few, many = found[0], found[-1]
    result: dict[str, Any] = {
        "sizes": [asdict(item) for item in found],
        "time_ratio": round(many.cpu_per_megabyte / few.cpu_per_megabyte, 3),
        "memory_ratio": round(many.mebibytes / few.mebibytes, 3),
        "estimate_error": many.estimate_error,
        "targets": {"time_ratio": LINEAR, "memory_ratio": FLAT, "estimate_error": ESTIMATE},
    }
    emit(result, as_json=as_json)
    if not (
        result["time_ratio"] <= LINEAR and result["memory_ratio"] <= FLAT and many.well_estimated(ESTIMATE)
    ):
        raise MissedTarget(
            f"time x {result['time_ratio']} and memory x {result['memory_ratio']} for each megabyte, "
            f"estimate off by {many.estimate_error}: asked for are {LINEAR}, {FLAT} and {ESTIMATE}"
        )


def _measured(size: int, folder: Path, package: Path, workers: int) -> Growth:
    documents = written(size, folder / "documents.jsonl")
    try:
        return measure(documents, folder / f"labels-{size}.parquet", package, workers)
    finally:
        documents.unlink()


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(main)
    run(app)
