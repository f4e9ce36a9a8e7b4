"""Numbers and times as people read them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from console.web.languages import Catalogue

Now = Callable[[], float]
"""Seconds since the epoch."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400
KIB = 1024


def filters(words: Catalogue, now: Now) -> Mapping[str, Callable[..., Any]]:
    """The filters of templates in one language."""

    def age(time: datetime | None) -> str:
        return "" if time is None else duration(now() - time.timestamp(), words)

    return {
        "age": age,
        "clock": lambda time: clock(time, now()),
        "count": count,
        "moment": moment,
        "percent": percent,
        "since": lambda seconds: "" if seconds is None else moment(datetime.fromtimestamp(seconds, UTC)),
        "size": size,
        "duration": lambda seconds: duration(seconds, words),
        "named": lambda name: named(str(name), words),
    }


def named(name: str, words: Catalogue) -> str:
    """A label, a desk or a state as people call it; what nobody translated is at least without underscores."""
    said = words.gettext(name)
    return said if said != name else name.replace("_", " ")


def duration(seconds: float, words: Catalogue) -> str:
    """A span of time in one unit, such as `5 min`."""
    seconds = max(0.0, seconds)
    if seconds < MINUTE:
        return f"{int(seconds)} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min"
    if seconds < 2 * DAY:
        return f"{int(seconds // HOUR)} h"
    days = int(seconds // DAY)
    return f"{days} {words.ngettext('day', 'days', days)}"


def clock(time: datetime, now: float) -> str:
    """A time in UTC: of today without its date, else without its seconds."""
    of_today = time.astimezone(UTC).date() == datetime.fromtimestamp(now, UTC).date()
    return time.astimezone(UTC).strftime("%H:%M:%S" if of_today else "%Y-%m-%d %H:%M")


def count(number: int) -> str:
    """A number in groups of three, parted by a narrow blank, as ISO 80000 has it for all languages."""
    return f"{number:,}".replace(",", "\u202f")


def moment(time: datetime | None) -> str:
    """A time in UTC, to the second."""
    return "" if time is None else time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def percent(share: float) -> str:
    """A share of one; what is not quite certain does not read as 100 %."""
    shown = round(share * 100)
    if shown >= 100 and share < 1:  # noqa: PLR2004 - per cent
        shown = 99
    return f"{shown} %"


def size(count: int) -> str:
    """Bytes in the unit that suits them."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < KIB:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= KIB
    return f"{amount:.1f} GiB"
