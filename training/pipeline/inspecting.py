"""Integrity within a run: the checks, their report, and the word to whoever watches; a stop ends the run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailroom.contracts.errors import GateRefused
from mailroom.terminal import complain
from training.config import RunConfig
from training.dataset import Dataset
from training.integrity import IntegrityReport, Outcome, check_integrity, html_page, placed, post_to_webhook
from training.waiting import Report

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

JSON, PAGE = "integrity.json", "integrity.html"


@dataclass(frozen=True)
class Inspection:
    """A data set that may be learnt from.

    Attributes:
        report: What was found, as JSON.
        near_duplicates: Place to the number of its group.
        page: The report as a person reads it.
        files: Everything that was written.
    """

    report: Mapping[str, Any]
    near_duplicates: Mapping[int, int]
    page: Path
    files: tuple[Path, ...]


def inspect(
    spark: "SparkSession",
    dataset: Dataset,
    config: RunConfig,
    folder: Path,
    *,
    before: Path | None,
    report: Report,
) -> Inspection:
    """Check a data set.

    Args:
        spark: The session.
        dataset: In a folder that the executors see.
        config: Of the run.
        folder: Of the run.
        before: The folder of the last finished run of the same name.
        report: Told what is being done.

    Raises:
        GateRefused: A check stopped the run.
    """
    checked = check_integrity(
        placed(spark, dataset),
        config.known_labels,
        config.integrity,
        previous=_previous(before),
        seed=config.seed,
        report=report,
    )
    found, page = checked.report, folder / PAGE
    (folder / JSON).write_text(json.dumps(found.to_json(), indent=2) + "\n", encoding="utf-8")
    page.write_text(html_page(found, name=config.name), encoding="utf-8")
    _tell(found, config)
    _refuse_stopped(found, page)
    return Inspection(found.to_json(), checked.near_duplicates, page, (folder / JSON, page))


def _previous(before: Path | None) -> Mapping[str, Any] | None:
    path = before / JSON if before else None
    if path is None or not path.is_file():
        return None
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _tell(report: IntegrityReport, config: RunConfig) -> None:
    """Warnings to whoever waits, and to whoever has asked to be told elsewhere."""
    for finding in report.of(Outcome.WARN):
        complain(f"{finding.check}: {finding.message}; {finding.mend}")
    url = config.integrity.webhook
    problem = post_to_webhook(report, url, name=config.name) if url else None
    if problem:
        complain(problem)


def _refuse_stopped(report: IntegrityReport, page: Path) -> None:
    if report.status is Outcome.STOP:
        said = "; ".join(f"{item.check}: {item.message}; {item.mend}" for item in report.of(Outcome.STOP))
        raise GateRefused(f"the documents may not be learnt from: {said} (report: {page})")
