"""The verb `init`."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    directory: Annotated[Path, typer.Argument(help="A new or empty folder.", metavar="DIR")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make a repository for your own kernels: an example, its test, a run, a notebook, CI that trains on push."""
    from mailroom.terminal import emit
    from training.starter.writing import write_starter

    files = write_starter(directory)
    result = {"directory": str(directory), "files": [str(path) for path in files]}
    emit(
        result,
        as_json=as_json,
        render=lambda console: console.print(
            f"{directory}: {len(files)} files; README.md says what to do first:\n"
            f"  cd {directory}\n  python -m pytest\n  mailroom train --config run.yaml",
            highlight=False,
            markup=False,
            soft_wrap=True,
        ),
    )
