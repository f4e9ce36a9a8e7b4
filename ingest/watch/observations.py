"""What is seen in a folder, and which of it is complete: pure functions over observations and time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TEMPORARY_STARTS = (".", "~$")
TEMPORARY_ENDS = (
    "~", ".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Which file a name stands for, and in which version: a rename keeps it, a write changes it."""

    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Observation:
    """A name in the folder at one look; `regular` is false for links, pipes and devices."""

    name: str
    fingerprint: Fingerprint
    regular: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """Since when (monotonic seconds) a name has had its fingerprint."""

    fingerprint: Fingerprint
    since: float


@dataclass(frozen=True, slots=True)
class Look:
    """The outcome of one look: what to remember, what is complete (oldest first), what is not yet."""

    seen: Mapping[str, Seen]
    due: tuple[Observation, ...]
    waiting: tuple[str, ...]


def is_temporary(name: str) -> bool:
    """Whether a name says that its file is not finished: hidden ones, and those of browsers, editors and copiers."""
    return name.startswith(TEMPORARY_STARTS) or name.lower().endswith(TEMPORARY_ENDS)


def look(seen: Mapping[str, Seen], observations: Iterable[Observation], now: float, settle: float) -> Look:
    """Compare a look with the one before.

    A file is due when its fingerprint has not changed for `settle` seconds, or at once when it was renamed from a
    temporary name without another change: whoever does that says that it is complete.

    Args:
        seen: What the previous look remembered.
        observations: What is there now.
        now: Monotonic seconds.
        settle: Seconds.
    """
    present = tuple(observations)
    finished = {item.fingerprint for name, item in seen.items() if is_temporary(name)}
    after = {item.name: _next(seen.get(item.name), item, finished, now, settle) for item in present}
    candidates = [item for item in present if not is_temporary(item.name)]
    due = [item for item in candidates if now - after[item.name].since >= settle]
    waiting = tuple(item.name for item in candidates if now - after[item.name].since < settle)
    due.sort(key=lambda item: (after[item.name].since, item.name))
    return Look(after, tuple(due), waiting)


def postpone(seen: Mapping[str, Seen], names: Iterable[str], now: float) -> Mapping[str, Seen]:
    """Let files that turned out to be in use wait anew."""
    again = set(names)
    return {name: Seen(item.fingerprint, now) if name in again else item for name, item in seen.items()}


def _next(
    before: Seen | None, item: Observation, finished: set[Fingerprint], now: float, settle: float
) -> Seen:
    if before is not None and before.fingerprint == item.fingerprint:
        return before
    renamed = before is None and not is_temporary(item.name) and item.fingerprint in finished
    return Seen(item.fingerprint, now - settle if renamed else now)
