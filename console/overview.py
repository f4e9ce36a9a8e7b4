"""The state of the mail room in a few numbers, and its problems in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr

from sqlalchemy.orm import Session

from console import queries
from console.accounts.roles import Permission, Person
from console.queries import Desk
from console.web import formats
from console.web.languages import Catalogue
from departments.store.tables import REVIEW

QUIET_HOURS = 24


@dataclass(frozen=True, slots=True)
class Overview:
    """What the live page says above its list.

    Attributes:
        arrivals: Documents that were labelled in each of the last 60 minutes, the oldest first.
        desks: Desks with something to do.
        newest: When the newest document was labelled.
        dead_deliveries: Deliveries that were given up.
        refused: Records that could not be applied.
    """

    arrivals: Sequence[int]
    desks: Sequence[Desk]
    newest: datetime | None
    dead_deliveries: int
    refused: int

    @property
    def last_hour(self) -> int:
        """Documents of the last 60 minutes."""
        return sum(self.arrivals)

    @property
    def rate(self) -> float:
        """Documents a minute, over the last five."""
        return sum(self.arrivals[-5:]) / 5

    @property
    def review(self) -> Desk:
        """The desk where people decide."""
        return next((desk for desk in self.desks if desk.name == REVIEW), Desk(REVIEW, 0, None, 0))

    @property
    def at_departments(self) -> int:
        """Documents that departments have and have not handled."""
        return sum(desk.open for desk in self.desks if desk.name != REVIEW)

    @property
    def fullest(self) -> int:
        """The largest number at one desk; 1 where there is none."""
        return max((desk.open for desk in self.desks), default=1)


def overview(session: Session, person: Person, now: datetime) -> Overview:
    """What a person may know of the whole."""
    operates = person.may(Permission.OPERATE)
    return Overview(
        queries.arrivals(session, person, now),
        queries.desks(session, person, now),
        queries.newest(session, person),
        queries.dead_deliveries(session) if operates else 0,
        queries.refused(session) if operates else 0,
    )


def problems(found: Overview, now: datetime, words: Catalogue) -> list[str]:
    """What somebody should look at, in words; empty where all is well."""
    said = _late([desk for desk in found.desks if desk.late], words)
    if found.dead_deliveries:
        sentence = words.ngettext(
            "%(n)s delivery to a department was given up: `mailroom deliveries list` shows it.",
            "%(n)s deliveries to departments were given up: `mailroom deliveries list` shows them.",
            found.dead_deliveries,
        )
        said.append(sentence % {"n": found.dead_deliveries})
    if found.refused:
        sentence = words.ngettext(
            "%(n)s record could not be applied: see Dead letters.",
            "%(n)s records could not be applied: see Dead letters.",
            found.refused,
        )
        said.append(sentence % {"n": found.refused})
    if found.newest is not None and now - found.newest > timedelta(hours=QUIET_HOURS):
        age = formats.duration((now - found.newest).total_seconds(), words)
        said.append(
            words.gettext("Nothing has been labelled for %(age)s: do the doors and the classifier run?")
            % {"age": age}
        )
    return said


def _late(desks: Sequence[Desk], words: Catalogue) -> list[str]:
    if not desks:
        return []
    count = sum(desk.late for desk in desks)
    where = ", ".join(f"{formats.named(desk.name, words)} {formats.count(desk.late)}" for desk in desks)
    sentence = words.ngettext(
        "%(n)s document is past its deadline: %(where)s.",
        "%(n)s documents are past their deadline: %(where)s.",
        count,
    )
    return [sentence % {"n": formats.count(count), "where": where}]


def sparkline(counts: Sequence[int], title: str) -> str:
    """Bars of counts as SVG, without any style, which the page's policy would not take."""
    top, width = max((*counts, 1)), 6
    bars = "".join(
        f'<rect x="{place * width}" y="{48 - max(1, round(48 * count / top))}" width="{width - 1}" '
        f'height="{max(1, round(48 * count / top))}"/>'
        for place, count in enumerate(counts)
        if count
    )
    frame = f'viewBox="0 0 {width * len(counts)} 48" preserveAspectRatio="none" role="img"'
    return f'<svg class="spark" {frame} aria-label={quoteattr(title)}>{bars}</svg>'


def utc(seconds: float) -> datetime:
    """A time of the clock, as the database has it."""
    return datetime.fromtimestamp(seconds, UTC)
