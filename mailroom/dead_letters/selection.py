"""Which dead letters are meant: by reason, stage, id and time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailroom.contracts.errors import UsageError
from mailroom.contracts.reasons import Reason
from mailroom.dead_letters.letters import Letter
from mailroom.streams.clock import parse_rfc3339

_AGO = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Selection:
    """A letter is meant when every part that is given holds for it.

    Attributes:
        reasons: Any of these.
        stages: Any of these.
        ids: Any of these documents' ids, or letters' places (`documents.dead-letter-0-17`).
        since: Dead-lettered at this time or later, seconds since the epoch.
        until: Dead-lettered before this time.
    """

    reasons: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    since: float | None = None
    until: float | None = None

    @property
    def everything(self) -> bool:
        """Whether no part is given."""
        return self == Selection()

    def takes(self, letter: Letter) -> bool:
        """Whether a letter is meant; one whose time the log does not tell is in no span of time."""
        return (
            (not self.reasons or letter.failure.reason in self.reasons)
            and (not self.stages or letter.failure.stage in self.stages)
            and (not self.ids or letter.id in self.ids or str(letter.place) in self.ids)
            and self._in_time(letter.at)
        )

    def _in_time(self, at: float | None) -> bool:
        if self.since is None and self.until is None:
            return True
        return (
            at is not None
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
        )


def selection(
    reasons: Sequence[str],
    stages: Sequence[str],
    ids: Sequence[str],
    since: str | None,
    until: str | None,
    now: float,
) -> Selection:
    """What flags say, as a selection.

    Args:
        reasons: Of `mailroom.contracts.reasons.Reason`.
        stages: As dead letters name them.
        ids: Documents' ids, or letters' places.
        since: RFC 3339 with an offset, or an age such as `2h`.
        until: Likewise.
        now: Seconds since the epoch.

    Raises:
        UsageError: A reason that there is not, or no time.
    """
    unknown = sorted(set(reasons) - set(Reason))
    if unknown:
        raise UsageError(f"--reason {unknown[0]!r}: there are {', '.join(Reason)}")
    return Selection(
        frozenset(reasons), frozenset(stages), frozenset(ids), moment(since, now), moment(until, now)
    )


def moment(text: str | None, now: float) -> float | None:
    """Seconds since the epoch of a time, or of an age.

    Raises:
        UsageError: It is neither.
    """
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    if ago:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no time: say 2026-01-31T08:00:00Z, or how long ago: 90s, 30m, 2h, 7d"
        ) from error
