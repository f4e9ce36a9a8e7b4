"""What can go wrong with the store of runs and models."""

from collections.abc import Iterator
from contextlib import contextmanager

from mailroom.contracts.errors import MailroomError


class TrackingFailed(MailroomError):
    """The store cannot be reached, or refused."""


class NotRegistered(MailroomError):
    """There is no such model version."""


@contextmanager
def translated(uri: str) -> Iterator[None]:
    """MLflow's and its database's errors as ours, in one line that names the store.

    Raises:
        TrackingFailed: Instead of any of them.
    """
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        reason = " ".join(str(error).split())[:300]
        raise TrackingFailed(f"tracking at {uri} failed: {reason}") from error
