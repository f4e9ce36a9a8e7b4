"""The verb `originals clean`."""

from typing import Annotated

import typer

from mailroom import profiles
from mailroom.verb_group import verb_group

app = verb_group("The object store that keeps every document's original; each verb has --json.")


@app.callback()
def originals() -> None:
    """Verbs of the object store."""


@app.command()
def clean(
    *,
    older_than: Annotated[str, typer.Option(help="How long ago it was last put: 90d, 36h; 2d at least.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    profile: Annotated[str | None, typer.Option(help=profiles.HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Remove originals that are old and that no record in the log refers to, and what unfinished writes left."""
    from mailroom.originals import cleaning, log
    from mailroom.originals.listing import Shelf
    from mailroom.originals.spans import seconds
    from mailroom.settings import load_settings
    from mailroom.streams.clock import SystemClock
    from mailroom.terminal import emit

    span = seconds(older_than)
    settings = profiles.resolve(profile, load_settings())
    with log.opened(settings.kafka) as records:
        shelf = Shelf(settings.objects.uri)
        done = cleaning.clean(shelf, records, older_than=span, now=SystemClock.now(), dry_run=dry_run)
    result = done.document() | {"store": settings.objects.uri}
    emit(result, as_json=as_json, render=lambda out: out.print(log.sentence(done)))
