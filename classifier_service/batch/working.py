"""A worker's side: a part read, labelled and kept. Runs in processes of a pool and on executors of a cluster alike."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

from classifier_service.batch.parts import Item, Part
from classifier_service.batch.reading import items
from classifier_service.batch.results import Done, Row, row_of, tally
from classifier_service.batch.sinks import Sink
from classifier_service.classifier import Classifier, Outcome
from classifier_service.intake import Intake
from classifier_service.packages import load_package
from classifier_service.refusal import Refusal
from classifier_service.scans import ScanReader
from mailroom.contracts.reasons import Reason
from mailroom.contracts.records import ScannedDocument
from mailroom.extract.sandbox import Sandbox
from mailroom.objects import ObjectStore
from mailroom.streams.clock import SystemClock
from mailroom.textprep import CleanText

DOCUMENTS_AT_ONCE = 256
"""Documents in one call of the model: its matrices are then worth their overhead, and memory stays small."""

DEADLY = Refusal(
    Reason.UNPARSABLE, "the process that read this document died of it: send another copy", "ProcessDied"
)


@dataclass(frozen=True, slots=True)
class Task:
    """What to do with each part; a value that can be sent to other processes.

    Attributes:
        package: Folder of the model package on the worker's machine, or its URI.
        departments: Pairs of label and department.
        review_below: See `Classifier`.
        objects: URI of the object store.
        sink: Keeps the results.
    """

    package: str
    departments: tuple[tuple[str, str], ...]
    review_below: float | None
    objects: str
    sink: Sink


@dataclass
class Desk:
    """A model and all that it takes to give it documents; one for each process, since an engine is not to be shared."""

    task: Task
    clock: SystemClock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        model = load_package(self.task.package)
        model.check_golden()
        self._prep_version = model.manifest.prep_version
        self._intake = Intake(Sandbox().extract, self._prep_version, self.clock)
        self._classifier = Classifier(
            model,
            departments=dict(self.task.departments),
            read_scan=self._read_scan,
            clock=self.clock,
            review_below=self.task.review_below,
        )

    def rows(self, batch: Sequence[Item]) -> list[Row]:
        """A row for each document."""
        given = [item.original for item in batch]
        documents = [one if isinstance(one, Refusal) else self._intake.document(one) for one in given]
        outcomes = iter(self._classifier.label([one for one in documents if not isinstance(one, Refusal)]))
        answers: Iterator[Outcome] = (
            one if isinstance(one, Refusal) else next(outcomes) for one in documents
        )
        return [row_of(item, answer) for item, answer in zip(batch, answers, strict=True)]

    def _read_scan(self, document: ScannedDocument) -> CleanText:
        return self._scans(document)

    @cached_property
    def _scans(self) -> ScanReader:
        """OCR starts with the first scan: a batch of texts needs none. A page may kill its process, and no other."""
        from mailroom.extract.reading.pool import OcrPool  # noqa: PLC0415

        return ScanReader(OcrPool(), ObjectStore(self.task.objects), self._prep_version)


@cache
def desk_of(task: Task) -> Desk:
    """The desk of this process.

    Raises:
        PackageError: The package must not be used.
    """
    return Desk(task)


def label_part(task: Task, part: Part) -> Done:
    """Label a part and keep the results.

    Raises:
        MailroomError: What concerns no single document: a store, the OCR engine or the database is not there.
    """
    return _labelled(task, part, desk_of(task).rows, DOCUMENTS_AT_ONCE)


def _labelled(task: Task, part: Part, label: Callable[[Sequence[Item]], list[Row]], at_once: int) -> Done:
    begin = time.monotonic()
    rows: list[Row] = []
    source = items(part)
    while batch := list(itertools.islice(source, at_once)):
        rows += label(batch)
    done = tally(part.number, rows, time.monotonic() - begin)
    task.sink.keep(done, rows)
    return done


def label_part_carefully(task: Task, part: Part, deadly: frozenset[int], journal: Path) -> Done:
    """Label a part one document at a time, where one of them killed a process.

    Args:
        task: What to do.
        part: The part.
        deadly: Places of the documents in it that are to be refused.
        journal: Holds the place of the document that is being labelled.
    """
    desk, places = desk_of(task), itertools.count()

    def label(batch: Sequence[Item]) -> list[Row]:
        place = next(places)
        if place in deadly:
            return [row_of(item, DEADLY) for item in batch]
        journal.write_text(str(place))
        return desk.rows(batch)

    return _labelled(task, part, label, 1)


def label_part_with(task: Task, part: Part, package: Path | None) -> Done:
    """Label a part by a package that was sent along, on an executor which does not have the one that the task names."""
    return label_part(task if package is None else replace(task, package=str(package)), part)
