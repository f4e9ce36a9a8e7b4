"""The stages of a training run, in order: documents, integrity, split, search, judgement, package, report, registry."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailroom.contracts.errors import MailroomError
from mailroom.model_package import load
from training import sources
from training.config import RunConfig
from training.dataset import Dataset
from training.judging import divided, judge, macro_f1
from training.libraries import library_versions
from training.pipeline.folders import finish, last_finished, run_folder
from training.pipeline.inspecting import Inspection, inspect
from training.pipeline.packing import pack
from training.pipeline.stopwatch import Stopwatch
from training.record import RunRecord
from training.report.writing import write_report
from training.search.results import CandidateResult, Predictions, SearchResult
from training.search.search import search
from training.search.settings import KernelChoice, SearchSettings
from training.spark import session
from training.split import SplitPlan, group_split, plan_split
from training.tracking.runs import TrackedRun, tracked
from training.waiting import Report

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class NothingLearnt(MailroomError):
    """Every candidate failed."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        record: Everything known of it.
        page: The report.
        version: Of the registered model.
    """

    record: RunRecord
    page: Path
    version: str

    def told(self) -> dict[str, Any]:
        """What `mailroom train --config --json` prints."""
        record, best = self.record, self.record.best.candidate
        failed = [result for result in record.search.candidates if result.status == "failed"]
        return {
            "run": record.name,
            "best": {"kernel": best.kernel, "parameters": dict(best.parameters)},
            **record.metrics,
            "documents": len(record.dataset),
            "labels": list(record.labels),
            "no_unseen_source_estimate": dict(record.split.not_unseen),
            "candidates": len(record.search.candidates),
            "failed": {result.candidate.key: result.reason for result in failed},
            "resumed": record.search.resumed,
            "integrity": record.integrity.get("status"),
            "package": str(record.package),
            "digest": record.manifest.digest,
            "version": self.version,
            "report": str(self.page),
            "folder": str(record.folder),
            "seconds": dict(record.seconds),
        }


def run(config: RunConfig, *, report: Report) -> Outcome:
    """Train.

    Args:
        config: Of the run; see `training.config`.
        report: Told what is being done.

    Raises:
        UsageError: The documents or the settings cannot be right.
        GateRefused: An integrity check stopped the run; there is no model.
        NothingLearnt: Every candidate failed.
        MailroomError: Spark, the tracking server or a disk failed; the message says the mend.
    """
    with (
        run_folder(config.runs, config.name, config.told()) as folder,
        tracked(config.tracking, name=config.name, folder=folder) as tracking,
    ):
        return _Run(config, folder, Stopwatch(report), report).finished(tracking)


class _Run:
    def __init__(self, config: RunConfig, folder: Path, watch: Stopwatch, report: Report) -> None:
        self._config, self._folder, self._watch, self._report = config, folder, watch, report
        self._started = datetime.now(UTC).isoformat(timespec="seconds")

    def finished(self, tracking: TrackedRun) -> Outcome:
        with self._watch.stage("reading documents"):
            for source in self._config.sources:
                source.prepare()
            spark = session(self._config.spark, packages=sources.jars(self._config.sources))
            dataset = self._documents(spark)
        with self._watch.stage("checking documents"):
            inspection = self._inspected(spark, dataset)
        record = self._learnt(spark, dataset, inspection)
        with self._watch.stage("reporting"):
            files = write_report(
                record, self._config.report, folder=self._folder, integrity_page=inspection.page.name
            )
            version = tracking.publish(record, [files.page, files.card, *inspection.files])
        outcome = Outcome(record, files.page, str(version.version))
        finish(self._folder, outcome.told())
        return outcome

    def _documents(self, spark: "SparkSession") -> Dataset:
        sources.check(spark, self._config.sources, self._config.known_labels)
        return sources.materialise(spark, self._config.sources, self._folder / "data")

    def _inspected(self, spark: "SparkSession", dataset: Dataset) -> Inspection:
        before = last_finished(self._config.runs, self._config.name)
        return inspect(spark, dataset, self._config, self._folder, before=before, report=self._report)

    def _learnt(self, spark: "SparkSession", dataset: Dataset, inspection: Inspection) -> RunRecord:
        config = self._config
        present = {document.label for document in dataset.index}
        labels = tuple(label for label in config.known_labels if label in present)
        plan = plan_split(dataset.index, inspection.near_duplicates, config.split, config.seed)
        with self._watch.stage("searching"):
            found = self._searched(spark, dataset, plan, labels, config.search, self._folder)
            best = _best(found)
        with self._watch.stage("measuring on sources that are known"):
            mixed = group_split(dataset.index, inspection.near_duplicates, config.split, config.seed)
            seen = self._again(spark, dataset, mixed, labels, best)
        judgement = judge(_predictions(best), dataset.index, labels, config.review)
        seen = divided(seen, judgement.temperature)
        metrics = {"macro_f1": macro_f1(seen, dataset.index, labels), **judgement.metrics}
        judgement = replace(judgement, metrics=metrics)
        with self._watch.stage("fitting on all documents"):
            package = self._folder / "package"
            manifest = pack(config, best.candidate, dataset, plan, judgement, labels, package)
            load(package).check_golden()
        return RunRecord(
            name=config.name,
            seed=config.seed,
            folder=self._folder,
            config=config.told(),
            started_at=self._started,
            seconds=self._watch.seconds,
            dataset=dataset,
            labels=labels,
            integrity=inspection.report,
            split=plan,
            search=found,
            best=best,
            unseen=judgement.unseen,
            seen=seen,
            temperature=judgement.temperature,
            threshold=judgement.threshold,
            metrics=metrics,
            package=package,
            manifest=manifest,
            environment=library_versions(),
        )

    def _searched(
        self,
        spark: "SparkSession",
        dataset: Dataset,
        plan: SplitPlan,
        labels: tuple[str, ...],
        settings: SearchSettings,
        folder: Path,
    ) -> SearchResult:
        seed = self._config.seed
        return search(spark, dataset, plan, labels, settings, seed=seed, folder=folder, report=self._report)

    def _again(
        self,
        spark: "SparkSession",
        dataset: Dataset,
        plan: SplitPlan,
        labels: tuple[str, ...],
        best: CandidateResult,
    ) -> Predictions:
        """The winner's predictions on another split."""
        fixed = {name: (value,) for name, value in best.candidate.parameters.items()}
        choice = KernelChoice(kernel=best.candidate.kernel, parameters=fixed)
        settings = self._config.search.model_copy(update={"strategy": "grid", "kernels": (choice,)})
        folder = self._folder / "known-sources"
        return _predictions(_best(self._searched(spark, dataset, plan, labels, settings, folder)))


def _best(found: SearchResult) -> CandidateResult:
    if found.best is None:
        reasons = sorted({result.reason for result in found.candidates})
        raise NothingLearnt(f"no candidate finished: {'; '.join(reasons)}")
    return found.best


def _predictions(result: CandidateResult) -> Predictions:
    if result.predictions is None:
        raise NothingLearnt(f"the predictions of {result.candidate.key} are gone: run the search again")
    return Predictions.load(result.predictions)
