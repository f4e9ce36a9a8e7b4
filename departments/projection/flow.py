"""What flows, in windows of a minute by department: how much, how much of it to review, and how old it was.

The counts are state of the Faust application and survive in its changelog. Records may come again after a kill; since
an entry tells which record it counted last, and a record always falls into the same entry, none is counted twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from departments.desks import REVIEW
from departments.projection.reading import Labelled
from departments.store.tables import Flow
from departments.store.upserts import upsert

WINDOW_SECONDS = 60
KEPT_SECONDS = 24 * 3600
"""How long the application keeps a window; its rows are kept longer, see `pruning`."""

SEPARATOR = "/"


@dataclass(frozen=True, slots=True)
class Count:
    """An entry: one department's documents of one partition within one window.

    Attributes:
        seen: Offset of the record counted last.
        documents: How many.
        reviews: Of them, how many a person must look at.
        age_sum: Seconds from coming to label, of all together.
        age_max: Of the oldest.
    """

    seen: int = -1
    documents: int = 0
    reviews: int = 0
    age_sum: float = 0.0
    age_max: float = 0.0

    def with_one(self, item: Labelled, offset: int) -> "Count":
        """With one record more; the same where that was counted before."""
        if offset <= self.seen:
            return self
        return replace(
            self,
            seen=offset,
            documents=self.documents + 1,
            reviews=self.reviews + (item.label.decision == REVIEW),
            age_sum=self.age_sum + item.age,
            age_max=max(self.age_max, item.age),
        )

    def entry(self) -> dict[str, Any]:
        """As the application's table has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose an entry is: a department's, a partition's, a window's."""

    department: str
    partition: int
    begins_at: datetime

    @property
    def key(self) -> str:
        """In the application's table; partitions apart, since each may be another instance's."""
        return f"{self.partition}{SEPARATOR}{self.department}"


def window(timestamp: float) -> datetime:
    """Begin of the window of a record.

    Args:
        timestamp: Of the record, seconds since the epoch: it is the same whenever the record is read.
    """
    return datetime.fromtimestamp(timestamp - timestamp % WINDOW_SECONDS, UTC)


def count_of(entry: Mapping[str, Any] | None) -> Count:
    """An entry of the application's table."""
    return Count(**entry) if entry else Count()


def project(session: Session, counts: Mapping[Place, Count]) -> None:
    """Write the newest counts down; they are whole, so that writing them twice does no harm."""
    upsert(
        session,
        Flow,
        [_row(place, count) for place, count in sorted(counts.items(), key=_order)],
        grows="seen",
    )


def newest(counts: Iterable[tuple[Place, Count]]) -> dict[Place, Count]:
    """Of each place the count that has seen most."""
    found: dict[Place, Count] = {}
    for place, count in counts:
        if place not in found or found[place].seen < count.seen:
            found[place] = count
    return found


def _row(place: Place, count: Count) -> dict[str, Any]:
    return {**asdict(place), **count.entry()}


def _order(item: tuple[Place, Count]) -> tuple[datetime, str, int]:
    return item[0].begins_at, item[0].department, item[0].partition
