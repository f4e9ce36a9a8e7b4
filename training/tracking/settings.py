"""Settings of tracking."""

import os

from pydantic import Field, ValidationError, field_validator

from mailroom.contracts.errors import UsageError
from mailroom.settings import Section, home

VARIABLE = "MAILROOM_TRACKING__URI"


def default_uri() -> str:
    """The address that `MAILROOM_TRACKING__URI` names, else a SQLite file in this user's Mailroom folder."""
    return os.environ.get(VARIABLE) or f"sqlite:///{home() / 'tracking' / 'mlflow.db'}"


class TrackingSettings(Section):
    """Where runs and models are kept.

    A server's credentials are MLflow's own variables: `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, or
    `MLFLOW_TRACKING_TOKEN`.
    """

    uri: str = Field(
        default_factory=default_uri,
        description="http://host:port of an MLflow server, or sqlite:///file; artefacts of a file lie beside it",
    )
    experiment: str = Field("mailroom", min_length=1, description="MLflow's folder of runs")
    model: str = Field("mailroom", min_length=1, description="the name that versions are registered under")

    @field_validator("uri")
    @classmethod
    def _without_credentials(cls, uri: str) -> str:
        if uri.startswith("http") and "@" in uri:
            raise ValueError("no credentials here, it is shown: set MLFLOW_TRACKING_USERNAME and _PASSWORD")
        return uri


def tracking_settings(uri: str, model: str) -> TrackingSettings:
    """Settings from a command line.

    Raises:
        UsageError: Address or name cannot be.
    """
    try:
        return TrackingSettings(uri=uri, model=model)
    except ValidationError as error:
        raise UsageError(f"--tracking-uri, --model: {error.errors()[0]['msg']}") from error
