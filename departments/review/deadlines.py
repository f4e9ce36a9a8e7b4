"""Deadlines of desks: how many documents each has, how old the oldest is, and whether somebody is late."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from departments.desks import REVIEW, DeskRules, State
from departments.review.reviews import utc_now
from departments.store.engine import Store
from departments.store.tables import Document
from mailroom.contracts.errors import MailroomError

EVERY_SECONDS = 15.0

_UNHANDLED = (State.WAITING.value, State.AT_DESK.value)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """What lies at a desk and is not handled.

    Attributes:
        desk: A department, or `review`.
        documents: How many.
        overdue: Of them, how many should have been handled by now.
        oldest_seconds: Since the oldest of them was labelled; 0 where there is none.
    """

    desk: str
    documents: int = 0
    overdue: int = 0
    oldest_seconds: float = 0.0


def loads(session: Session, desks: Iterable[str], now: datetime) -> list[DeskLoad]:
    """The loads of the desks that are named, and of all others that have documents; by name."""
    # Each query is answered by an index alone, without looking at a document.
    unhandled = Document.state.in_(_UNHANDLED)
    counted = select(Document.desk, func.count()).where(unhandled).group_by(Document.desk)
    counts = dict(session.execute(counted).all())
    overdue = dict(session.execute(counted.where(Document.due_at < now)).all())
    return [
        DeskLoad(desk, counts[desk], overdue.get(desk, 0), _oldest_seconds(session, desk, now))
        if desk in counts
        else DeskLoad(desk)
        for desk in sorted({*desks, *counts})
    ]


def _oldest_seconds(session: Session, desk: str, now: datetime) -> float:
    oldest = (
        session.scalar(
            select(func.min(Document.classified_at)).where(Document.desk == desk, Document.state == state)
        )
        for state in _UNHANDLED
    )
    return max((now - at).total_seconds() for at in (*oldest, now) if at is not None)


class DeskMetrics:
    """The loads as Prometheus metrics; desks are named by the settings, never by a document."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._documents = Gauge(
            "mailroom_desk_documents", "Documents that are not handled.", ["desk"], registry=registry
        )
        self._overdue = Gauge(
            "mailroom_desk_overdue_documents",
            "Of them, those past their deadline.",
            ["desk"],
            registry=registry,
        )
        self._oldest = Gauge(
            "mailroom_desk_oldest_document_seconds",
            "Age of the oldest of them since its label.",
            ["desk"],
            registry=registry,
        )

    def show(self, load: DeskLoad) -> None:
        """Replace a desk's figures."""
        self._documents.labels(load.desk).set(load.documents)
        self._overdue.labels(load.desk).set(load.overdue)
        self._oldest.labels(load.desk).set(load.oldest_seconds)


@dataclass(slots=True)
class DeskWatch:
    """Looks at all desks now and then, and says when one becomes late.

    Attributes:
        store: The departments' database.
        rules: Which desks there are.
        metrics: Shown what was found; None where nobody scrapes.
        now: Tells the time.
    """

    store: Store
    rules: DeskRules
    metrics: DeskMetrics | None = None
    now: Callable[[], datetime] = utc_now
    _late: set[str] = field(default_factory=set)

    def run(self, stop: threading.Event) -> None:
        """Look every few seconds, until told to stop."""
        while not stop.is_set():
            try:
                self.look()
            except MailroomError as error:
                _log.warning("desks cannot be looked at", reason=type(error).__name__)
            stop.wait(EVERY_SECONDS)

    def look(self) -> list[DeskLoad]:
        """Look once: a desk that became late is a warning in the log, one that caught up a line.

        Raises:
            DatabaseUnavailable: The database does not answer.
        """
        desks = {REVIEW, *self.rules.departments.values()}
        with self.store.reading() as session:
            found = loads(session, desks, self.now())
        for load in found:
            self._tell(load)
            if self.metrics is not None:
                self.metrics.show(load)
        return found

    def _tell(self, load: DeskLoad) -> None:
        late = load.overdue > 0
        if late and load.desk not in self._late:
            _log.warning(
                "a desk is past its deadline",
                desk=load.desk,
                overdue=load.overdue,
                documents=load.documents,
                oldest_seconds=round(load.oldest_seconds),
            )
        elif not late and load.desk in self._late:
            _log.info("a desk has caught up", desk=load.desk, documents=load.documents)
        (self._late.add if late else self._late.discard)(load.desk)
