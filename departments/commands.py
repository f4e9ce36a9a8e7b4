"""The verbs `departments run|serve`."""

from typing import Annotated

import typer

from mailroom import profiles
from mailroom.verb_group import verb_group

app = verb_group()

Profile = Annotated[str | None, typer.Option(help=profiles.HELP)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document at the end.")]


@app.callback()
def departments() -> None:
    """Desks, and what is told to them; until they are stopped. Each verb has --json."""


@app.command()
def run(*, profile: Profile = None, as_json: Json = False) -> None:
    """Write labels to the departments' database, tell the desks, publish what people decide."""
    from departments.serving import run_departments

    run_departments(profile, as_json=as_json)


@app.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Where to listen; beyond 127.0.0.1 with keys.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free one.")] = None,
    as_json: Json = False,
) -> None:
    """Answer look-ups: GET /labels, /labels/ID, /documents/ID, and labels as events."""
    from departments.lookup.serving import run as answer

    answer(host, port, as_json=as_json)
