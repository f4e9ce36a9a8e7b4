"""What the database says in the end, held against what the clerks saw."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from departments.desks import ActKind, Step, effective
from departments.review.reviews import Reviews, utc_now
from departments.store.engine import Store
from departments.store.tables import Act, Document


@dataclass(frozen=True, slots=True)
class Books:
    """What must be 0 but for the first.

    Attributes:
        decided: Documents that are decided.
        twice: Of them, those that were decided by more than one act that counts.
        contradicted: Documents that lie elsewhere than their history says.
        lost: Acts that a clerk saw done, and that are not there.
        stuck: Documents that wait, and that nobody gets once all leases are over.
    """

    decided: int
    twice: int
    contradicted: int
    lost: int
    stuck: int

    @property
    def balance(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.twice or self.contradicted or self.lost or self.stuck)


def read(store: Store, reviews: Reviews, done: AbstractSet[str]) -> Books:
    """Read them, and take all that waits as one more clerk, after the leases."""
    with store.reading() as session:
        acts = session.scalars(select(Act).order_by(Act.revision, Act.at)).all()
        rows = session.execute(select(Document.id, Document.state).where(Document.decision == "review"))
        states = {row.id: row.state for row in rows}
    steps: dict[str, list[Step]] = {}
    for act in acts:
        step = Step(act.id, ActKind(act.kind), act.label, act.desk_after, act.undoes)
        steps.setdefault(act.document_id, []).append(step)
    counting = {document: len(effective(each)) for document, each in steps.items()}
    waiting = {document for document, state in states.items() if state == "waiting"}
    undecided = {document for document in states if not counting.get(document)}
    return Books(
        decided=len(states) - len(undecided),
        twice=sum(count > 1 for count in counting.values()),
        contradicted=len(waiting ^ undecided),
        lost=len(done - {act.id for act in acts}),
        stuck=Counter(states.values())["waiting"] - _got(reviews),
    )


def _got(reviews: Reviews) -> int:
    later = utc_now() + timedelta(seconds=2 * reviews.settings.lease_seconds)
    fresh = Reviews(reviews.store, reviews.rules, reviews.settings, lambda: later)
    taken = 0
    while fresh.claim(f"late-{taken}") is not None:
        taken += 1
    return taken
