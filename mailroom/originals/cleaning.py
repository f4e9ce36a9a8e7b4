"""Removing what is old and referred to by nothing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from mailroom.contracts.errors import UsageError
from mailroom.contracts.records import Record
from mailroom.originals.listing import Kept
from mailroom.originals.references import digests

DAY = 24 * 3600.0
YOUNGEST = 2 * DAY
"""What was put within the last day may be on its way into a record, and `put` does not renew what is younger."""


class Files(Protocol):
    """What cleaning needs of a store."""

    def files(self) -> Iterable[Kept]:
        """All of them."""
        ...

    def remove(self, kept: Kept) -> bool:
        """Remove one, unless it was put again."""
        ...


@dataclass(slots=True)
class Cleaning:
    """What was found, and what was removed (or would be).

    Attributes:
        dry_run: Whether nothing was removed.
        objects: Files in the store.
        bytes: Of all of them.
        young: Kept because of their age.
        referred_to: Old ones, kept because a record needs them.
        removed: Old ones that nothing needs.
        removed_bytes: Of those.
        unfinished: Of the removed ones, what unfinished writes had left.
    """

    dry_run: bool
    objects: int = 0
    bytes: int = 0
    young: int = 0
    referred_to: int = 0
    removed: int = 0
    removed_bytes: int = 0
    unfinished: int = 0

    def document(self) -> dict[str, Any]:
        """As JSON-serialisable values."""
        return asdict(self)


def clean(
    store: Files,
    log: Iterable[Record],
    *,
    older_than: float,
    now: float,
    dry_run: bool = False,
    needed: Iterable[str] = (),
) -> Cleaning:
    """Remove what was last put longer ago than `older_than` (seconds), and which nothing needs.

    The log and `needed` are read after the store was listed: what they say counts, also of documents that came
    meanwhile.

    Args:
        store: Cleaned.
        log: Records that may refer to objects.
        older_than: Seconds.
        now: Seconds since the epoch.
        dry_run: Remove nothing.
        needed: Digests of further objects that stay.

    Raises:
        UsageError: `older_than` is so short that it would meet what is still on its way.
        StoreUnavailable: The store does not answer.
    """
    if older_than < YOUNGEST:
        raise UsageError("--older-than must be 2d at least: what was put lately may not be in a record yet")
    done, old = Cleaning(dry_run), list[Kept]()
    for kept in store.files():
        done.objects += 1
        done.bytes += kept.size
        if kept.written_at > now - older_than:
            done.young += 1
        else:
            old.append(kept)
    orphans = _without(old, log, needed)
    done.referred_to = len(old) - len(orphans)
    for kept in orphans:
        if dry_run or store.remove(kept):
            done.removed += 1
            done.removed_bytes += kept.size
            done.unfinished += kept.digest is None
        else:
            done.young += 1  # put again a moment ago
    return done


def _without(old: list[Kept], log: Iterable[Record], needed: Iterable[str]) -> list[Kept]:
    """Those to which nothing refers; the log is not read where there is nothing to ask it."""
    missing = {kept.digest for kept in old if kept.digest is not None}
    if missing:
        missing.difference_update(needed)
    for record in log if missing else ():
        missing.difference_update(digests(record))
    return [kept for kept in old if kept.digest is None or kept.digest in missing]
