"""Cleaning the store of originals, for the verb `originals clean`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailroom import profiles
from mailroom.originals import cleaning, log
from mailroom.originals.listing import Shelf
from mailroom.originals.spans import seconds
from mailroom.settings import Settings, load_settings
from mailroom.streams.clock import SystemClock
from mailroom.terminal import emit


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `originals clean`."""

    older_than: str
    dry_run: bool = False
    profile: str | None = None
    as_json: bool = False


def clean_store(request: Request, needed: Callable[[Settings], Iterable[str]]) -> None:
    """Clean the store, and say what went.

    Args:
        request: What was asked for.
        needed: Tells the digests of objects that stay, besides those that the log refers to.

    Raises:
        MailroomError: Nothing was removed, since nobody can know what is still needed.
    """
    span = seconds(request.older_than)
    settings = profiles.resolve(request.profile, load_settings())
    with log.opened(settings.kafka) as records:
        done = cleaning.clean(
            Shelf(settings.objects.uri),
            records,
            older_than=span,
            now=SystemClock.now(),
            dry_run=request.dry_run,
            needed=needed(settings),
        )
    result = done.document() | {"store": settings.objects.uri}
    emit(result, as_json=request.as_json, render=lambda out: out.print(log.sentence(done)))
