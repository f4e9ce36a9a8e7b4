"""The verb `originals clean`: what the log refers to stays, and what the departments still need."""

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
    """Remove originals that are old and that neither log nor desks need, and what unfinished writes left."""
    from departments.needs import needed_objects
    from mailroom.originals.asking import Request, clean_store

    clean_store(Request(older_than, dry_run, profile, as_json), needed_objects)
