"""Opens MLflow: quiet, without its usage statistics, and quick to say that a store is not there."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.contracts.errors import UsageError
from training.tracking.errors import TrackingFailed, translated
from training.tracking.settings import TrackingSettings

if TYPE_CHECKING:
    from mlflow import MlflowClient

SQLITE = "sqlite:///"
SERVER = ("http://", "https://")
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # by default a server that is down is asked for many minutes
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # which holds one JSON document
}


def open_client(settings: TrackingSettings) -> "MlflowClient":
    """A client of the store, which is made if it is a file that does not exist yet.

    Raises:
        UsageError: The address is of no known kind.
        TrackingFailed: Nothing answers there, or the file is no database that can be written.
    """
    if settings.uri.startswith(SQLITE):
        _require_database(Path(settings.uri.removeprefix(SQLITE)))
    elif not settings.uri.startswith(SERVER):
        raise UsageError(f"tracking.uri {settings.uri!r}: write sqlite:///file, http://… or https://…")
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient  # noqa: PLC0415 - three seconds that only tracking pays

    with translated(settings.uri):
        client = MlflowClient(tracking_uri=settings.uri, registry_uri=settings.uri)
        client.get_experiment_by_name(settings.experiment)
    return client


def experiment_id(client: "MlflowClient", settings: TrackingSettings) -> str:
    """The experiment's id; made if need be, by whoever comes first.

    Raises:
        TrackingFailed: It was deleted, or the store refused.
    """
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    with translated(settings.uri):
        found = client.get_experiment_by_name(settings.experiment)
        if found is None:
            try:
                return str(
                    client.create_experiment(settings.experiment, artifact_location=_artefacts(settings))
                )
            except MlflowException as error:
                found = client.get_experiment_by_name(settings.experiment)
                if found is None:
                    raise error from None
    if found.lifecycle_stage != "active":
        raise TrackingFailed(
            f"experiment {settings.experiment!r} was deleted: restore it, or name another (tracking.experiment)"
        )
    return str(found.experiment_id)


def _artefacts(settings: TrackingSettings) -> str | None:
    if not settings.uri.startswith(SQLITE):
        return None  # the server decides
    return (Path(settings.uri.removeprefix(SQLITE)).resolve().parent / "artifacts").as_uri()


def _require_database(path: Path) -> None:
    """MLflow would try again for minutes before it said so."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version")
            connection.execute("BEGIN IMMEDIATE").connection.rollback()
    except (sqlite3.Error, OSError) as error:
        raise TrackingFailed(
            f"tracking: {path} cannot be used ({error}): mend it, or name another place (tracking.uri)"
        ) from error
