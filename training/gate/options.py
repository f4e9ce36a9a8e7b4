"""The options that `gate` and `release` share."""

from pathlib import Path
from typing import Annotated

import typer

Documents = Annotated[
    list[Path],
    typer.Option(
        "--documents",
        help="Labelled documents neither has learnt from: JSON Lines, or a folder per label; several times.",
    ),
]
Integrity = Annotated[
    Path | None,
    typer.Option(
        "--integrity",
        help="integrity.json of the run that trained; by default the one beside the package.",
    ),
]
InProcess = Annotated[
    bool, typer.Option("--in-process", help="Without containers: where there is no Docker engine.")
]
Output = Annotated[
    Path | None, typer.Option("--output", help="Folder of the verdict; by default one of its own.")
]
Key = Annotated[
    Path | None,
    typer.Option("--key", help="Ed25519 key that signs (PEM); by default this user's own, made at first."),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--limit", help="NAME=VALUE, such as margin=0.02; several times. `docs/gate.md` lists them."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
