"""A batch from its arguments to its summary: planned, gone on with, labelled, published."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from classifier_service.batch.parts import Part
from classifier_service.batch.planning import planned
from classifier_service.batch.provenance import provenance_of
from classifier_service.batch.results import Done, Total
from classifier_service.batch.sinks import hidden, sink_of
from classifier_service.batch.working import Task
from classifier_service.packages import load_package
from mailroom.contracts.errors import UsageError
from mailroom.places import is_remote
from mailroom.progress import Pace, Report, readable, shown
from mailroom.settings import Settings
from mailroom.streams.clock import SystemClock, rfc3339


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for.

    Attributes:
        places: Files, folders, globs and URIs.
        output: See `sink_of`.
        package: Folder of the model package, or its URI.
        table: Of a database.
    """

    places: tuple[str, ...]
    output: str
    package: str
    table: str = "labels"


class Labels(Protocol):
    """Whatever sends parts to workers."""

    def label(self, parts: Sequence[Part]) -> Iterator[Done]:
        """Label parts, in whatever order they are finished."""
        ...


def run(
    request: Request, settings: Settings, workers: Callable[[Task], Labels], report: Report
) -> dict[str, Any]:
    """Label every document and publish the results; what an earlier run of the same finished is not done again.

    Args:
        request: What was asked for.
        settings: Departments, the review threshold and the object store.
        workers: Who labels.
        report: Told how far it is, where there is no terminal.

    Returns:
        The summary.

    Raises:
        UsageError: The call cannot be right; nothing was begun.
        MailroomError: What concerns no single document; what was finished is kept.
    """
    begin = time.monotonic()
    parts = planned(request.places)
    if not parts:
        raise UsageError(f"{', '.join(request.places)}: no documents")
    about = provenance_of(load_package(request.package), settings, request.places, parts)
    sink = sink_of(request.output, about["run"], table=request.table)
    sink.prepare()
    published = sink.published()
    if published is not None:
        return _summary(published, request, parts=len(parts), resumed=len(parts), begin=begin)
    finished = sink.finished()
    task = Task(
        package=request.package if is_remote(request.package) else str(Path(request.package).absolute()),
        departments=tuple(sorted(settings.departments.items())),
        review_below=settings.classifier.review_below,
        objects=settings.objects.uri,
        sink=sink,
    )
    total = _labelled(workers(task), parts, finished, report)
    about |= {**total.summary(), "finished_at": rfc3339(SystemClock.now())}
    sink.publish(len(parts), about)
    return _summary(about, request, parts=len(parts), resumed=len(finished), begin=begin)


def _labelled(workers: Labels, parts: Sequence[Part], finished: Mapping[int, Done], report: Report) -> Total:
    total, pace = Total(), Pace(sum(part.weight for part in parts))
    for part in parts:
        if part.number in finished:
            total.add(finished[part.number])
            pace.skip(part.weight)
    with shown("labelling", report) as show:
        left = [part for part in parts if part.number not in finished]
        for done in workers.label(left):
            if not pace.done:  # processes were started and models loaded until the first part was begun
                pace.begin(before=done.seconds)
            total.add(done)
            pace.done += parts[done.number].weight
            show(pace.done, pace.total, _sentence(total, pace))
    return total


def _sentence(total: Total, pace: Pace) -> str:
    """What a person wants to know."""
    said = [f"{total.documents:,} documents", f"{pace.done / max(1.0, pace.total):.0%}"]
    if total.reasons:
        said.append(f"{total.reasons.total():,} refused")
    left = pace.seconds_left()
    if left is not None:
        said.append(f"about {readable(left)} left")
    return ", ".join(said)


def _summary(
    about: Mapping[str, Any], request: Request, *, parts: int, resumed: int, begin: float
) -> dict[str, Any]:
    names = ("documents", "labelled", "refused", "review", "labels", "reasons")
    seconds = time.monotonic() - begin
    return {
        "output": hidden(request.output),
        **{name: about[name] for name in names},
        "model": about["model"],
        "hyperparameters": about["hyperparameters"],
        "run": about["run"],
        "parts": parts,
        "parts_from_earlier_runs": resumed,
        "seconds": round(seconds, 3),
    }
