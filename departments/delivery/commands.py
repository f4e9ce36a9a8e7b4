"""The verbs `deliveries list|redeliver|secret`."""

from typing import Annotated

import typer

from mailroom.verb_group import verb_group

States = Annotated[
    list[str] | None, typer.Option("--state", help="Only due, sent or dead ones; again for another.")
]
Desks = Annotated[list[str] | None, typer.Option("--desk", help="Only to this desk; again for another.")]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", help="Only by webhook, email or folder; again for another.")
]
Ids = Annotated[
    list[str] | None,
    typer.Option("--id", help="Only this delivery, or those of this document; again for another."),
]
Since = Annotated[
    str | None, typer.Option(help="Not before: 2026-01-31T08:00:00Z, or how long ago: 30m, 2h, 7d.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = verb_group("What desks are told: list it, send it again by hand; each verb has --json.")


@app.command("list")
def list_deliveries(
    *,
    state: States = None,
    desk: Desks = None,
    channel: Channels = None,
    id_: Ids = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=0, help="Rows of a page; the counts are of all.")] = 50,
    skip: Annotated[int, typer.Option(min=0, help="Rows before the page.")] = 0,
    as_json: Json = False,
) -> None:
    """List deliveries, the newest first, with what went wrong last, and count them by state."""
    from departments.delivery import asking

    chosen = asking.chosen(state, desk, channel, id_, since)
    asking.list_deliveries(chosen, limit, skip, as_json=as_json)


@app.command()
def redeliver(
    *,
    desk: Desks = None,
    channel: Channels = None,
    id_: Ids = None,
    since: Since = None,
    sent: Annotated[bool, typer.Option("--sent", help="Also what has arrived before.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All that are dead.")] = False,
    as_json: Json = False,
) -> None:
    """Send what is dead again, under its old id, with a day of tries before it."""
    from departments.delivery import asking

    chosen = asking.chosen(("dead", "sent") if sent else ("dead",), desk, channel, id_, since)
    asking.redeliver(chosen, everything=everything, as_json=as_json)


@app.command()
def secret(*, as_json: Json = False) -> None:
    """Make a secret for a webhook: for `desks.at.DESK.webhook.secret`, and for its receiver."""
    from departments.delivery import asking

    asking.make_secret(as_json=as_json)
