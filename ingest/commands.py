"""The verbs of the doors: `send` and `watch-folder`."""

from typing import Annotated

import typer

from mailroom import profiles

Profile = Annotated[str | None, typer.Option(help=profiles.HELP)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def send(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, globs; `-` is standard input.")],
    *,
    profile: Profile = None,
    document_id: Annotated[
        str | None, typer.Option("--id", help="The document's id; only with one document.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="File name of what comes by standard input.")] = None,
    recursive: Annotated[bool, typer.Option(help="Descend into folders of folders.")] = True,
    as_json: Json = False,
) -> int:
    """Put documents in: files, folders, globs or standard input; hidden files in folders are skipped."""
    from ingest.sending import Request, run

    request = Request(tuple(paths), profile, document_id, name, recursive, as_json)
    return run(request)
