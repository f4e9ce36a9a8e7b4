"""The verbs `dead-letters list|show|redrive`."""

from pathlib import Path
from typing import Annotated

import typer

from mailroom import profiles
from mailroom.verb_group import verb_group

Reasons = Annotated[
    list[str] | None, typer.Option("--reason", help="Only this reason; again for another one.")
]
Stages = Annotated[
    list[str] | None, typer.Option("--stage", help="Only of this stage: stream-processing, classifier.")
]
Ids = Annotated[
    list[str] | None, typer.Option("--id", help="Only this document, or the letter of this place.")
]
Since = Annotated[
    str | None, typer.Option(help="Not before: 2026-01-31T08:00:00Z, or how long ago: 30m, 2h, 7d.")
]
Until = Annotated[str | None, typer.Option(help="Before this time, given likewise.")]
Profile = Annotated[str | None, typer.Option(help=profiles.HELP)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = verb_group(
    "Dead letters: list them, look at one, send them again once their cause is mended; each verb has --json."
)


@app.command("list")
def list_letters(
    *,
    reason: Reasons = None,
    stage: Stages = None,
    document_id: Ids = None,
    since: Since = None,
    until: Until = None,
    redriven: Annotated[bool, typer.Option(help="Also those that were sent again.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Rows of a page; the counts are of all.")] = 50,
    skip: Annotated[int, typer.Option(min=0, help="Rows before the page.")] = 0,
    profile: Profile = None,
    as_json: Json = False,
) -> None:
    """List dead letters, the newest first, and count them by reason and by stage."""
    from mailroom.dead_letters import asking

    chosen = asking.chosen(reason, stage, document_id, since, until)
    asking.list_letters(chosen, asking.Page(limit, skip, redriven), profile, as_json=as_json)


@app.command()
def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="Of a document, or the place of its letter.")],
    *,
    content: Annotated[
        bool, typer.Option("--content", help="Write the document's bytes to standard output.")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="Write the document's bytes to this new file.")] = None,
    profile: Profile = None,
    as_json: Json = False,
) -> None:
    """Show the newest dead letter of a document: why, from where, its headers; its bytes only on request."""
    from mailroom.dead_letters import asking

    asking.show(asking.Showing(letter, content, output), profile, as_json=as_json)


@app.command()
def redrive(
    *,
    reason: Reasons = None,
    stage: Stages = None,
    document_id: Ids = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were not sent again yet.")] = False,
    again: Annotated[bool, typer.Option(help="Also letters that were sent again before.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Send so many at most.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent; send nothing.")] = False,
    profile: Profile = None,
    as_json: Json = False,
) -> None:
    """Send dead letters again, once their cause is mended: each one once, the original where the log still has it."""
    from mailroom.dead_letters import asking

    chosen = asking.chosen(reason, stage, document_id, since, until)
    request = asking.Redriving(chosen, everything, again, limit, dry_run)
    status = asking.redrive(request, profile, as_json=as_json)
    if status:
        raise typer.Exit(status)
