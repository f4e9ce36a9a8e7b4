"""What a request for labels asks: filters, the page, the order; what cannot be right is refused in one line."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from mailroom.web.http import RequestRefused

MOST = 500
USUAL = 100
NEWEST, OLDEST = "newest", "oldest"
DECISIONS = ("auto", "review")
PARAMETERS = {
    "department": "Only documents that this department's desk has now; `review` for those a person must decide.",
    "label": "Only documents that count as this.",
    "decision": "`auto` or `review`: only documents that were decided so.",
    "since": "RFC 3339: only documents labelled then or later.",
    "order": "`newest` first (the default) or `oldest`.",
    "limit": f"How many of a page: {USUAL} unless said, {MOST} at most.",
    "cursor": "`next` of the page before.",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which labels; None does not narrow."""

    department: str | None = None
    label: str | None = None
    decision: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ends: behind the document of this time and id."""

    time: datetime
    id: str

    def __str__(self) -> str:
        """Opaque, and plain enough for a URL."""
        return base64.urlsafe_b64encode(f"{self.time.isoformat()} {self.id}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks."""

    filters: Filters
    oldest_first: bool
    limit: int
    cursor: Cursor | None


def asked(query: bytes) -> Asked:
    """What a query string asks.

    Raises:
        RequestRefused: 400, with what may be asked.
    """
    given = _pairs(query)
    filters = Filters(
        given.get("department"),
        given.get("label"),
        _one_of(given, "decision", DECISIONS),
        _time(given.get("since")),
    )
    order = _one_of(given, "order", (NEWEST, OLDEST)) or NEWEST
    return Asked(filters, order == OLDEST, _limit(given.get("limit")), _cursor(given.get("cursor")))


def _pairs(query: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except (UnicodeDecodeError, ValueError) as error:
        raise RequestRefused(400, "the query string cannot be read: percent-encode it as UTF-8") from error
    unknown = sorted({name for name, _ in pairs} - PARAMETERS.keys())
    if unknown:
        raise RequestRefused(400, f"no parameter {unknown[0][:40]!r}: ask by {', '.join(PARAMETERS)}")
    if any("\0" in value for _, value in pairs):
        raise RequestRefused(400, "a null character cannot be asked for")
    return dict(pairs)


def _one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    value = given.get(name)
    if value is not None and value not in allowed:
        raise RequestRefused(400, f"{name} is {' or '.join(allowed)}, not {value[:40]!r}")
    return value


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # an unencoded plus sign has become a blank
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise RequestRefused(400, f"since {text[:40]!r} is no time: write it like 2026-01-31T08:00:00Z")


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) and 0 < int(text) <= MOST):
        raise RequestRefused(400, f"limit is a number from 1 to {MOST}, not {text[:40]!r}")
    return int(text)


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        time, _, identifier = base64.urlsafe_b64decode(padded.encode()).decode().partition(" ")
        return Cursor(datetime.fromisoformat(time).astimezone(UTC), identifier)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise RequestRefused(400, "this cursor is none of ours: begin without one") from error
