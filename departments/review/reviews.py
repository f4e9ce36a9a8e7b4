"""`Reviews`: the one door to the queue and to acts, for the console, the terminal and whoever else asks people.

    reviews = Reviews.of(store, settings)
    claim = reviews.claim("ada")
    reviews.act(ActRequest(claim.document_id, ActKind.CONFIRM, "ada", token=claim.token, revision=claim.revision))
    reviews.undo("ada")

Every call is a transaction of its own. Threads may share one; so may processes that share the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from sqlalchemy.exc import IntegrityError

from departments.desks import ActRefused, DeskRules
from departments.review import acting, leases, queue, undoing
from departments.review.errors import LeaseLost
from departments.review.leases import Claim
from departments.review.queue import Order
from departments.review.recording import ActRequest, Done
from departments.rules import desk_rules
from departments.store.engine import Store
from mailroom.desk_settings import ReviewSettings
from mailroom.settings import Settings


def utc_now() -> datetime:
    """The time, aware of its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reviews:
    """What people do with documents.

    Attributes:
        store: The departments' database.
        rules: The desks.
        settings: Of the queue: how long a lease is, and what comes first.
        now: Tells the time.
    """

    store: Store
    rules: DeskRules
    settings: ReviewSettings = field(default_factory=ReviewSettings)
    now: Callable[[], datetime] = utc_now

    @classmethod
    def of(cls, store: Store, settings: Settings) -> Self:
        """As the settings say."""
        return cls(store, desk_rules(settings), settings.desks.review)

    def claim(self, clerk: str, *, order: Order | None = None) -> Claim | None:
        """The next document of the queue, this clerk's from now on; the one that they have, if any; or None.

        Raises:
            DatabaseUnavailable: The database does not answer.
        """
        with self.store.writing() as session:
            return queue.claim(
                session,
                clerk,
                order=order or self.settings.order,
                now=self.now(),
                seconds=self.settings.lease_seconds,
            )

    def open(self, clerk: str, document_id: str) -> Claim:
        """One document of the queue that the clerk chose, this clerk's from now on.

        Raises:
            LeaseLost: Somebody else has it, or it waits no more.
            DatabaseUnavailable: The database does not answer.
        """
        with self.store.writing() as session:
            claim = leases.take(
                session, document_id, clerk, now=self.now(), seconds=self.settings.lease_seconds
            )
        if claim is None:
            raise LeaseLost("somebody else is working on this document, or it needs nobody any more")
        return claim

    def renew(self, clerk: str, document_id: str) -> Claim:
        """The full time again, for a document that the clerk is looking at. Raises as `open` does."""
        return self.open(clerk, document_id)

    def release(self, document_id: str, token: str) -> None:
        """Give a document back undecided; nothing happens where the lease is another by now."""
        with self.store.writing() as session:
            leases.release(session, document_id, token)

    def act(self, request: ActRequest) -> Done:
        """Do one act; see `departments.review.acting.act` for what it raises."""
        try:
            with self.store.writing() as session:
                return acting.act(session, request, self.rules, self.now())
        except IntegrityError:
            # Two calls with one id at the same moment, on two documents: the first one stands.
            with self.store.writing() as session:
                return acting.act(session, request, self.rules, self.now())

    def undo(self, actor: str, act_id: str | None = None, *, new_id: str = "") -> Done:
        """Undo an act; a document that waits for review again is this actor's, unless somebody was quicker.

        Raises:
            ActRefused: There is nothing of theirs to undo, or somebody acted on the document since.
        """
        now = self.now()
        with self.store.writing() as session:
            done = undoing.undo(session, actor, self.rules, now, act_id=act_id, new_id=new_id)
        # By itself: leases are locked before documents, or two could wait for each other for ever.
        with self.store.writing() as session:
            leases.take(session, done.document_id, actor, now=now, seconds=self.settings.lease_seconds)
        return done

    def waiting(self) -> int:
        """How many documents wait for a person."""
        with self.store.reading() as session:
            return queue.waiting(session)


__all__ = ["ActRefused", "ActRequest", "Claim", "Done", "Reviews"]
