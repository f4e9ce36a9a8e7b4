"""Real processes, and what becomes of documents that kill them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from classifier_service.batch.planning import planned
from classifier_service.batch.processes import Processes
from classifier_service.batch.working import Task
from classifier_service.errors import ServiceFailed
from mailroom.contracts.errors import MailroomError
from tests.unit.classifier_service.batch.dying import begin_dead, begin_dying


def folder_of(tmp_path: Path, *texts: str) -> str:
    """A document for each text."""
    (tmp_path / "documents").mkdir()
    for number, text in enumerate(texts):
        (tmp_path / "documents" / f"{number:02}.txt").write_text(text)
    return str(tmp_path / "documents")


def rows_of(task: Task, parts: int) -> list[tuple[str, str | None]]:
    """Ids and reasons of what was kept."""
    task.sink.publish(parts, {"run": "run"})
    text = Path(task.sink.output).read_text()  # type: ignore[attr-defined]
    return [(row["id"], row["reason"]) for row in map(json.loads, text.splitlines())]


def test_parts_are_labelled_by_processes(task: Task, tmp_path: Path) -> None:
    """Every part once, whatever the order."""
    parts = planned([folder_of(tmp_path, *["invoice"] * 40)])
    done = list(Processes(task, 2).label(parts))
    assert sorted(item.number for item in done) == [0, 1, 2]
    assert sum(item.labels["invoice"] for item in done) == 40


def test_a_document_that_kills_its_process_fails_alone(task: Task, tmp_path: Path) -> None:
    """One of twenty does; it is refused with the reason, nineteen are labelled, none twice."""
    texts = ["invoice"] * 20
    texts[5] = "deadly"
    parts = planned([folder_of(tmp_path, *texts)])
    done = list(Processes(task, 1, begin_dying).label(parts))
    assert sorted(item.number for item in done) == [0, 1]
    rows = rows_of(task, 2)
    assert [row for row in rows if row[1]] == [("05.txt", "unparsable")]
    assert [name for name, _ in rows] == [f"{number:02}.txt" for number in range(20)]


def test_processes_that_cannot_live_end_the_batch(task: Task, tmp_path: Path) -> None:
    """No document is blamed for it."""
    parts = planned([folder_of(tmp_path, "invoice")])
    with pytest.raises(ServiceFailed, match="worker processes die one after another"):
        list(Processes(task, 1, begin_dead).label(parts))


def test_what_is_no_documents_fault_ends_the_batch(task: Task, tmp_path: Path) -> None:
    """In the words of the part that failed; the package is gone."""
    parts = planned([folder_of(tmp_path, "invoice")])
    gone = replace(task, package=str(tmp_path / "gone"))
    with pytest.raises(MailroomError, match="gone"):
        list(Processes(gone, 1).label(parts))
