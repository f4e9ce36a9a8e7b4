"""The search: **open this first**. Candidates in, candidates in the order of their scores out."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from training.dataset import Dataset
from training.kernels import kernel_class
from training.search.driver_fits import DriverFits
from training.search.folds import Folds
from training.search.journal import Journal, identities
from training.search.keeper import MIB, Limits
from training.search.lanes import Lanes
from training.search.progress import Progress, progress
from training.search.results import Candidate, CandidateResult, SearchResult
from training.search.rungs import shares_of, survivors
from training.search.scores import DECIMALS, Scores
from training.search.settings import SearchSettings
from training.search.shipping import Shipment, pack
from training.search.space import candidates_of
from training.search.task import begin, clean_up
from training.search.work import Outcome, Trial
from training.split import SplitPlan
from training.waiting import Report

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext
    from pyspark.sql import SparkSession


def search(
    spark: "SparkSession",
    dataset: Dataset,
    plan: SplitPlan,
    labels: tuple[str, ...],
    settings: SearchSettings,
    seed: int,
    folder: Path,
    report: Report,
) -> SearchResult:
    """Measure every candidate on the same folds.

    Args:
        spark: Where fits run, each in a child process of a task.
        dataset: The documents; each of `labels` occurs in the training side of every fold.
        plan: The folds.
        labels: The order of all columns.
        settings: What is tried, how, and what it may cost.
        seed: The same seed, documents and settings give the same best.
        folder: Of the run. What is finished is kept there, and a search of the same in the same folder goes on.
        report: Told how far it is, where no terminal shows it.

    Returns:
        Candidates by their scores, ties in the order in which they were named.

    Raises:
        UsageError: A kernel does not import, or a parameter is not its own; nothing has run by then.
        ClusterLost: Spark has ended.
    """
    candidates = candidates_of(settings, seed=seed)
    shipment = pack(dataset, labels, settings.word_lists, limit_bytes=settings.broadcast_limit_mb * MIB)
    sent = _Sent(shipment.search, spark.sparkContext.broadcast(shipment))
    try:
        _begin(spark.sparkContext, sent, settings)
        folder = folder / "search"
        journal = Journal(folder, identities(dataset, plan, labels, settings, seed))
        scores = Scores(dataset.index, labels, plan.folds)
        work = Folds(dataset.index, plan.folds, seed)
        driver = DriverFits(spark.sparkContext, dataset, labels, settings)
        run = _Search(spark.sparkContext, sent, settings, work, driver, journal, scores, folder)
        with progress(run.weight(len(candidates)), report) as shown:
            return run.result(candidates, shown)
    finally:
        _clean(spark.sparkContext, sent)


@dataclass(frozen=True)
class _Sent:
    """A broadcast and the name of what it holds: asking it for its value reads all of it from disk."""

    name: str
    shipment: "Broadcast[Shipment]"


@dataclass
class _Search:
    """One search, rung by rung; without halving there is one rung."""

    context: "SparkContext"
    sent: _Sent
    settings: SearchSettings
    folds: Folds
    driver: DriverFits
    journal: Journal
    scores: Scores
    folder: Path
    fitted: set[str] = field(default_factory=set)
    """Keys of candidates that were fitted now, at least in part."""

    def weight(self, candidates: int) -> float:
        """Of all fits, as far as it can be known: a fit on a tenth of the documents weighs a tenth."""
        total = 0.0
        for share in shares_of(self.settings, candidates):
            total += candidates * len(self.folds.plan) * share
            candidates = survivors(candidates, self.settings)
        return total

    def result(self, candidates: Sequence[Candidate], shown: Progress) -> SearchResult:
        """All rungs."""
        shares = shares_of(self.settings, len(candidates))
        over: list[CandidateResult] = []
        for share in shares[:-1]:
            ranked = _ranked(self._rung(candidates, share, shown))
            staying = [item for item in ranked if item.status == "finished"][
                : survivors(len(ranked), self.settings)
            ]
            over = [*(_dropped(item, share, len(staying)) for item in ranked if item not in staying), *over]
            keys = {item.candidate.key for item in staying}
            candidates = [item for item in candidates if item.key in keys]
        last = _ranked(self._rung(candidates, shares[-1], shown))
        finished = [item for item in last if item.status == "finished"]
        order = {"finished": 0, "dropped": 1, "failed": 2}
        return SearchResult(
            tuple(sorted([*last, *over], key=lambda item: order[item.status])),
            resumed=sum(item.candidate.key not in self.fitted for item in finished),
        )

    def _rung(self, candidates: Sequence[Candidate], share: float, shown: Progress) -> list[CandidateResult]:
        """Every candidate on every fold, in the order in which they were named."""
        trials = {
            candidate.key: [Trial(candidate, fold, share) for fold in range(len(self.folds.plan))]
            for candidate in candidates
        }
        found: dict[str, Outcome] = {}
        results: dict[str, CandidateResult] = {}
        for outcome in self._outcomes([trial for item in trials.values() for trial in item], shown):
            found[outcome.trial.key] = outcome
            key = outcome.trial.candidate.key
            if all(trial.key in found for trial in trials[key]):
                results[key] = self._candidate([found[trial.key] for trial in trials[key]])
                if share == 1 and results[key].status == "finished":
                    shown.best = max(results[key].score, shown.best or 0.0)
        return [results[candidate.key] for candidate in candidates]

    def _outcomes(self, trials: Sequence[Trial], shown: Progress) -> Iterator[Outcome]:
        """Those that are known, then the others."""
        left = []
        for trial in trials:
            known = self.journal.found(trial)
            if known is None:
                left.append(trial)
            else:
                shown.skip(trial.share)
                yield known
        for outcome in self._lanes(left).outcomes() if left else ():
            self.journal.note(outcome)
            self.fitted.add(outcome.trial.candidate.key)
            shown.advance(outcome.trial.share, failed=bool(outcome.reason))
            yield outcome

    def _lanes(self, trials: Sequence[Trial]) -> Lanes:
        bundles = self.folds.bundles(trials, at_least=self.context.defaultParallelism)
        return Lanes(
            self.context,
            self.sent.name,
            self.sent.shipment,
            limits_of(self.context, self.settings),
            tasks=[bundle for bundle in bundles if kernel_class(bundle.kernel).engine == "task"],
            own=[bundle for bundle in bundles if kernel_class(bundle.kernel).engine == "driver"],
            fit_here=self.driver,
            own_lanes=self.settings.driver_fits,
        )

    def _candidate(self, outcomes: Sequence[Outcome]) -> CandidateResult:
        """What a candidate did on all folds."""
        candidate, seconds = outcomes[0].trial.candidate, sum(item.seconds for item in outcomes)
        answers = [item.log_probabilities for item in outcomes if item.log_probabilities is not None]
        if len(answers) < len(outcomes):
            reason = next(f"fold {item.trial.fold + 1}: {item.reason}" for item in outcomes if item.reason)
            return CandidateResult(candidate, "failed", seconds=seconds, reason=reason)
        pooled = self.scores.pooled(answers)
        path = self.folder / "predictions" / f"{candidate.key}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        pooled.save(path)
        return CandidateResult(
            candidate,
            "finished",
            score=self.scores.score(pooled),
            fold_scores=self.scores.of_folds(answers),
            seconds=seconds,
            predictions=path,
        )


def _ranked(results: Sequence[CandidateResult]) -> list[CandidateResult]:
    """Best first, ties as they came, failed ones last."""
    return sorted(
        results, key=lambda item: -round(item.score, DECIMALS) if item.status == "finished" else 1.0
    )


def _dropped(result: CandidateResult, share: float, staying: int) -> CandidateResult:
    if result.status == "failed":
        return result
    reason = f"macro-F1 {result.score:.3f} on {share:.0%} of the documents; the best {staying} went on"
    return CandidateResult(result.candidate, "dropped", seconds=result.seconds, reason=reason)


def limits_of(context: "SparkContext", settings: SearchSettings) -> Limits:
    """What a fit may use."""
    return Limits(
        step_seconds=settings.time_limit_seconds,
        memory_bytes=settings.memory_limit_mb * MIB,
        begin_within=settings.checkpoint_seconds,
        threads=int(context.getConf().get("spark.task.cpus", "1") or 1),
    )


def _begin(context: "SparkContext", sent: _Sent, settings: SearchSettings) -> None:
    """Start the workers and their children; how many cores there are is known once an executor has done something."""
    workers = context.defaultParallelism
    do = partial(begin, sent.shipment, limits=limits_of(context, settings))
    context.parallelize(range(workers), workers).foreach(do)


def _clean(context: "SparkContext", sent: _Sent) -> None:
    """End the children and delete what they shared; what a lost cluster keeps, it clears away itself."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - `mailroom train --help` answers at once
    from pyspark.errors import PySparkException  # noqa: PLC0415

    with suppress(PySparkException, Py4JError, OSError):
        workers = context.defaultParallelism
        context.parallelize(range(workers), workers).foreach(partial(clean_up, sent.name))
        sent.shipment.destroy()
