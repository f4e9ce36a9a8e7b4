"""What the pages ask of the documents' table: filters, pages of rows, counts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from console.accounts.roles import Person
from departments.store.tables import AT_DESK, DEAD, WAITING, Delivery, Document, Refusal, counts_as

PAGE = 50
UNHANDLED = (WAITING, AT_DESK)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents; what is empty or None does not narrow.

    Attributes:
        text: Within the file name, or the start of an id.
        desk: Who has it now.
        state: What is to be done with it.
        label: What it counts as: a person's label, else the model's.
        since: Classified then or later.
        before: A place in the list, as `Place` writes it: only what comes after it.
    """

    text: str = ""
    desk: str = ""
    state: str = ""
    label: str = ""
    since: datetime | None = None
    before: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list ends."""

    time: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.time.timestamp():.6f} {self.id}"

    @classmethod
    def parsed(cls, text: str) -> "Place | None":
        """A place as it was written; None where it is none."""
        seconds, _, identifier = text.partition(" ")
        try:
            return cls(datetime.fromtimestamp(float(seconds), UTC), identifier)
        except (ValueError, OverflowError, OSError):
            return None


def visible(person: Person) -> list[ColumnElement[bool]]:
    """The rows that a person may see."""
    if person.desks is None:
        return []
    return [or_(Document.desk.in_(person.desks), Document.department.in_(person.desks))]


def listed(session: Session, person: Person, wanted: Filter, count: int = PAGE) -> Sequence[Document]:
    """The newest documents of a filter, one more than `count` where there are more."""
    query = (
        select(Document)
        .where(*visible(person), *_conditions(wanted))
        .order_by(Document.classified_at.desc(), Document.id.desc())
        .limit(count + 1)
    )
    return session.scalars(query).all()


def changed(session: Session, person: Person, after: int, count: int = PAGE) -> Sequence[Document]:
    """Documents that were written after a change, the last of them first."""
    query = select(Document).where(Document.change > after, *visible(person))
    return session.scalars(query.order_by(Document.change.desc()).limit(count)).all()


def last_change(session: Session) -> int:
    """The number of the newest change."""
    return session.scalar(select(func.max(Document.change))) or 0


def document(session: Session, person: Person, identifier: str) -> Document | None:
    """A document that a person may see; None where there is none, or it is not theirs."""
    found = session.get(Document, identifier)
    return found if found is not None and person.sees(found.desk, found.department) else None


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk as it stands.

    Attributes:
        name: A department, or `review`.
        open: Documents that somebody must still look at.
        oldest: When the oldest of them was classified.
        late: How many are past their deadline.
    """

    name: str
    open: int
    oldest: datetime | None
    late: int


def desks(session: Session, person: Person, now: datetime) -> list[Desk]:
    """All desks that have something to do, the fullest first."""
    late = _late(session, person, now)
    # By desk and state the index alone answers; a filter of states would make the database look at every row.
    query = (
        select(Document.desk, Document.state, func.count(), func.min(Document.classified_at))
        .where(*visible(person))
        .group_by(Document.desk, Document.state)
    )
    counts: Counter[str] = Counter()
    oldest: dict[str, datetime] = {}
    for name, state, count, first in session.execute(query).all():
        if state in UNHANDLED:
            counts[name] += count
            oldest[name] = min(first, oldest.get(name, first))
    found = [Desk(name, count, oldest[name], late.get(name, 0)) for name, count in counts.items()]
    return sorted(found, key=lambda desk: (-desk.open, desk.name))


def arrivals(session: Session, person: Person, now: datetime, minutes: int = 60) -> list[int]:
    """How many documents were classified in each of the last minutes, the oldest first."""
    begin = now - timedelta(minutes=minutes)
    query = select(Document.classified_at).where(Document.classified_at > begin, *visible(person))
    counts = [0] * minutes
    for time in session.scalars(query):
        counts[min(minutes - 1, max(0, int((time - begin).total_seconds() // 60)))] += 1
    return counts


def newest(session: Session, person: Person) -> datetime | None:
    """When the newest document was classified."""
    return session.scalar(select(func.max(Document.classified_at)).where(*visible(person)))


def dead_deliveries(session: Session) -> int:
    """Deliveries that were given up."""
    return session.scalar(select(func.count()).where(Delivery.state == DEAD)) or 0


def refusals(session: Session, count: int = PAGE) -> Sequence[Refusal]:
    """Records that could not be applied, the newest first."""
    return session.scalars(select(Refusal).order_by(Refusal.at.desc()).limit(count)).all()


def refused(session: Session) -> int:
    """How many records could not be applied."""
    return session.scalar(select(func.count()).select_from(Refusal)) or 0


def _late(session: Session, person: Person, now: datetime) -> dict[str, int]:
    query = (
        select(Document.desk, func.count())
        .where(Document.state.in_(UNHANDLED), Document.due_at < now, *visible(person))
        .group_by(Document.desk)
    )
    return dict(session.execute(query).all())


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        found.append(
            or_(
                Document.file_name.icontains(wanted.text, autoescape=True),
                Document.id.startswith(wanted.text, autoescape=True),
            )
        )
    if wanted.desk:
        found.append(Document.desk == wanted.desk)
    if wanted.state:
        found.append(Document.state == wanted.state)
    if wanted.label:
        found.append(counts_as() == wanted.label)
    if wanted.since is not None:
        found.append(Document.classified_at >= wanted.since)
    place = Place.parsed(wanted.before) if wanted.before else None
    if place is not None:
        earlier = and_(Document.classified_at == place.time, Document.id < place.id)
        found.append(or_(Document.classified_at < place.time, earlier))
    return found
