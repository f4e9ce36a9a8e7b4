"""Old figures of what flowed are forgotten; documents and acts never are."""

import threading
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete

from departments.store.engine import Store
from departments.store.tables import Flow
from mailroom.contracts.errors import MailroomError

KEPT = timedelta(days=31)
EVERY_SECONDS = 3600.0


def prune(store: Store, now: datetime) -> None:
    """Forget windows that began more than a month ago.

    Raises:
        DatabaseUnavailable: The database does not answer.
    """
    with store.writing() as session:
        session.execute(delete(Flow).where(Flow.begins_at < now - KEPT))


def run_pruning(store: Store, stop: threading.Event) -> None:
    """Do so every hour, until told to stop."""
    while not stop.is_set():
        try:
            prune(store, datetime.now(UTC))
        except MailroomError as error:
            structlog.get_logger().warning("old figures cannot be forgotten now", cause=str(error))
        stop.wait(EVERY_SECONDS)
