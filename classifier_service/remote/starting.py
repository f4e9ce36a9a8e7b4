"""The first words with a model behind HTTP: it may start later than the door that asks it."""

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from classifier_service.errors import ModelUnavailable
from classifier_service.remote.client import Client
from classifier_service.remote.model import RemoteModel, connect
from mailroom.contracts.errors import UsageError
from mailroom.settings import ClassifierSettings
from mailroom.telemetry.metrics import Metrics

START_SECONDS = 120.0
"""How long a model may take to load; whoever supervises the service tries longer."""


def remote_model(
    settings: ClassifierSettings, metrics: Metrics, *, seconds: float = START_SECONDS
) -> RemoteModel:
    """Ask the model that the settings name what it is, for as long as it may take to start.

    Raises:
        UsageError: Nothing says below which confidence a person must look: a package brings that, such a model not.
        ModelUnavailable: It did not answer in time.
    """
    if settings.review_below is None:
        raise UsageError(
            "a model behind HTTP brings no thresholds: say below which confidence a person must look, "
            "with classifier.review_below (0 for never)"
        )
    asking = Retrying(
        retry=retry_if_exception_type(ModelUnavailable),
        stop=stop_after_delay(seconds),
        wait=wait_exponential(0.1, max=2),
        reraise=True,
    )
    return asking(connect, Client(settings.remote), metrics.remote())
