"""Runs as they went: what was measured, and why one came to nothing."""

from dataclasses import dataclass
from typing import Any

from training.tracking.client import experiment_id, open_client
from training.tracking.errors import translated
from training.tracking.settings import TrackingSettings
from training.tracking.values import FAILURE

REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of the experiment.

    Attributes:
        id: MLflow's.
        name: What it was called.
        status: `RUNNING`, `FINISHED`, `FAILED` or `KILLED`.
        failure: Why it came to nothing; empty where it did not.
        began: Seconds since the epoch.
        ended: Likewise; None where it runs.
        documents: How many it learned from; None where it did not come so far.
        macro_f1: On sources that it knows.
        macro_f1_unseen_sources: On sources that were left out.
        report: URI of the report, whether it is there yet or not.
    """

    id: str
    name: str
    status: str
    failure: str
    began: float
    ended: float | None
    documents: int | None
    macro_f1: float | None
    macro_f1_unseen_sources: float | None
    report: str


def history(settings: TrackingSettings, count: int = 50) -> list[PastRun]:
    """The newest runs, the newest first.

    Raises:
        UsageError: The store's address is of no known kind.
        TrackingFailed: Nothing answers there.
    """
    client = open_client(settings)
    experiment = experiment_id(client, settings)
    with translated(settings.uri):
        found = client.search_runs([experiment], order_by=["attributes.start_time DESC"], max_results=count)
    return [_past(run) for run in found]


def _past(run: Any) -> PastRun:
    metrics, info = run.data.metrics, run.info
    documents = metrics.get("documents")
    return PastRun(
        id=str(info.run_id),
        name=str(info.run_name or info.run_id),
        status=str(info.status),
        failure=str(run.data.tags.get(FAILURE, "")),
        began=info.start_time / 1000,
        ended=None if info.end_time is None else info.end_time / 1000,
        documents=None if documents is None else int(documents),
        macro_f1=metrics.get("macro_f1"),
        macro_f1_unseen_sources=metrics.get("macro_f1_unseen_sources"),
        report=f"{info.artifact_uri}/{REPORT}",
    )
