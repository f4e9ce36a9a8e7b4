"""The verbs of the doors: `send` and `watch-folder`."""

from pathlib import Path
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


def watch_folder(
    folder: Annotated[Path, typer.Argument(help="The folder; done/ and failed/ are made in it.")],
    *,
    profile: Profile = None,
    settle: Annotated[float, typer.Option(help="Seconds that a file must be quiet to be complete.")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="Send what lies there, then end.")] = False,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look in intervals: for network file systems.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Send every file that is dropped into a folder, once; it then moves to done/, or to failed/ with a reason."""
    from ingest.watch.watching import Request, run

    return run(Request(folder, profile, settle, once, poll, as_json))
