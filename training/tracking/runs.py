"""A training run in MLflow from its first second: whatever ends it is recorded; what is not whole is not registered."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailroom.contracts.errors import MailroomError
from mailroom.terminal import complain
from training.record import RunRecord
from training.tracking import values
from training.tracking.client import experiment_id, open_client
from training.tracking.code import code_state
from training.tracking.errors import TrackingFailed, translated
from training.tracking.registry import ModelVersion, Registry
from training.tracking.settings import TrackingSettings

if TYPE_CHECKING:
    from mlflow import MlflowClient

MEMORY = "tracking.json"
"""In a run's folder: which of MLflow's runs it is, so that a run that was killed goes on as the same one."""
BATCH = 100
FAILURE_CHARACTERS = 1_000


@dataclass(frozen=True)
class TrackedRun:
    """A run that MLflow knows of.

    Attributes:
        id: MLflow's id.
        settings: Where.
        client: An open client.
    """

    id: str
    settings: TrackingSettings
    client: "MlflowClient"

    def publish(self, record: RunRecord, files: Sequence[Path]) -> ModelVersion:
        """Keep everything of a finished run, then register its package as `candidate`; in this order.

        Args:
            record: The run.
            files: What else to keep: report, model card, integrity report; all exist.

        Raises:
            TrackingFailed: The store refused or lost something; nothing was registered.
        """
        with translated(self.settings.uri):
            self._log_values(record)
            self.client.log_table(self.id, values.candidate_table(record), "candidates.json")
            self.client.log_table(self.id, values.source_table(record), "sources.json")
            self.client.log_dict(self.id, dict(record.config), "config.yaml")
            self.client.log_dict(self.id, dict(record.environment), "environment.json")
            for path in files:
                self.client.log_artifact(self.id, str(path))
            self.client.log_artifacts(self.id, str(record.package), "package")
            run = self.client.get_run(self.id)
        return Registry(self.settings, self.client).register(
            record.manifest, run_id=self.id, package=f"{run.info.artifact_uri}/package"
        )

    def end(self, status: str, reason: str = "") -> None:
        """Say how the run ended: `FINISHED`, `FAILED` or `KILLED`, and why."""
        with translated(self.settings.uri):
            if reason:
                self.client.set_tag(self.id, values.FAILURE, reason[:FAILURE_CHARACTERS])
            self.client.set_terminated(self.id, status)

    def _log_values(self, record: RunRecord) -> None:
        from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415 - heavy

        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, 0) for name, value in values.metrics(record).items()]
        params = [Param(name, value) for name, value in values.parameters(record).items()]
        tags = [RunTag(name, value) for name, value in values.model_tags(record.manifest).items()]
        self.client.log_batch(self.id, tags=tags)
        for part in _parts(metrics):
            self.client.log_batch(self.id, metrics=part)
        for part in _parts(params):
            self.client.log_batch(self.id, params=part)


@contextmanager
def tracked(settings: TrackingSettings, *, name: str, folder: Path) -> Iterator[TrackedRun]:
    """Track what happens inside; to be entered before any work, so that a store that is not there is found at once.

    Args:
        settings: Where.
        name: Of the run.
        folder: The run's own; a run of MLflow that was begun for it and did not finish goes on.

    Raises:
        UsageError: The store's address is of no known kind.
        TrackingFailed: Nothing answers there.
    """
    run = begin(settings, name=name, folder=folder)
    try:
        yield run
    except KeyboardInterrupt:
        _end(run, "KILLED", "interrupted by the user")
        raise
    except MailroomError as error:
        _end(run, "FAILED", str(error))
        raise
    except BaseException as error:
        _end(run, "FAILED", f"{type(error).__name__}: {error}")
        raise
    run.end("FINISHED")


def begin(settings: TrackingSettings, *, name: str, folder: Path) -> TrackedRun:
    """Begin a run, or go on with the one that was begun for this folder; `tracked` also ends it.

    Raises:
        UsageError: The store's address is of no known kind.
        TrackingFailed: Nothing answers there.
    """
    client = open_client(settings)
    experiment = experiment_id(client, settings)
    with translated(settings.uri):
        known = _resumed(client, settings, folder)
        if known is None:
            known = client.create_run(experiment, run_name=name).info.run_id
            folder.mkdir(parents=True, exist_ok=True)
            (folder / MEMORY).write_text(json.dumps({"uri": settings.uri, "run_id": known}), encoding="utf-8")
        for tag, value in _tags(folder).items():
            client.set_tag(known, tag, value)
    return TrackedRun(known, settings, client)


def _resumed(client: "MlflowClient", settings: TrackingSettings, folder: Path) -> str | None:
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    memory = _memory(folder / MEMORY)
    if memory.get("uri") != settings.uri:
        return None
    run_id = str(memory.get("run_id"))
    try:
        run = client.get_run(run_id)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None  # deleted since: a new one is begun
        raise
    if run.info.lifecycle_stage != "active" or run.info.status == "FINISHED":
        return None
    if run.data.params:  # it died while its results were kept, which MLflow does not let change
        client.set_tag(run_id, values.FAILURE, run.data.tags.get(values.FAILURE, "killed; tried again since"))
        client.set_terminated(run_id, "FAILED")
        return None
    client.update_run(run_id, status="RUNNING")
    if values.FAILURE in run.data.tags:
        client.delete_tag(run_id, values.FAILURE)
    return run_id


def _memory(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # half-written by a run that was killed then
        return {}
    return content if isinstance(content, dict) else {}


def _tags(folder: Path) -> dict[str, str]:
    here, software = code_state(Path.cwd()), code_state(Path(__file__).parent)
    return {**values.code_tags(here, software, metadata.version("mailroom")), "folder": str(folder.resolve())}


def _end(run: TrackedRun, status: str, reason: str) -> None:
    try:
        run.end(status, reason)
    except TrackingFailed as error:  # what ended the run matters more, and is raised
        complain(str(error))


def _parts(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
