"""The verb `console`."""

from typing import Annotated

import typer


def console(
    *,
    host: Annotated[
        str | None, typer.Option(help="Where to listen; 127.0.0.1 unless settings say else.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end.")] = False,
) -> None:
    """Open the console, a web page over the desks, until Ctrl-C or SIGTERM."""
    from console.serving import Request, run

    status = run(Request(host, port, as_json=as_json))
    if status:
        raise typer.Exit(status)
