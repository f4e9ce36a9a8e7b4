"""The verb `release`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.gate.options import Documents, Integrity, Json, Key, Output, Set
from training.models.commands import Model, Uri

if TYPE_CHECKING:
    from rich.console import Console

    from training.release.releasing import Outcome

REFUSED = 3


def release(
    *,
    package: Annotated[Path, typer.Option("--package", help="Folder of the package.")],
    documents: Documents,
    repository: Annotated[
        str, typer.Option("--repository", help="Where its image goes, like registry.example:5000/classifier.")
    ],
    tracking_uri: Uri,
    model: Model = "mailroom",
    first: Annotated[
        bool, typer.Option("--first", help="There is no champion yet: hold it to its own promises.")
    ] = False,
    integrity: Integrity = None,
    output: Output = None,
    key: Key = None,
    limit: Set = None,
    as_json: Json = False,
) -> int:
    """Build a package's image, judge it against the champion, push it, record it, make it the champion."""
    from mailroom.terminal import emit
    from training.gate.limits import limits_of
    from training.gate.signing import default_key
    from training.release.releasing import Order
    from training.release.releasing import release as released
    from training.tracking.settings import tracking_settings
    from training.waiting import line, progress

    order = Order(
        package,
        tuple(documents),
        repository,
        tracking_settings(tracking_uri, model),
        limits_of(limit or ()),
        key or default_key(),
        integrity,
        output,
        first,
    )
    with progress(line) as report:
        outcome = released(order, report)
    emit(outcome.told(), as_json=as_json, render=lambda console: draw(console, outcome))
    return 0 if outcome.released else REFUSED


def draw(console: "Console", outcome: "Outcome") -> None:
    """A release in a few lines."""
    from rich.text import Text

    from training.gate.drawing import draw_verdict
    from training.gate.writing import result

    if outcome.verdict is not None and outcome.files is not None:
        draw_verdict(console, result(outcome.verdict, outcome.files))
    if outcome.version is None:
        console.print(Text("nothing was released"))
        return
    said = "is the champion" if outcome.verdict else "was the champion already"
    text = f"{outcome.version.model} version {outcome.version.version} {said}: {outcome.image}"
    console.print(Text(text), soft_wrap=True)
