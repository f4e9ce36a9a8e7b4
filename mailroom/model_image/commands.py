"""The verb `package`: a container from a model package."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from mailroom.model_image.building import BuiltImage


def package(
    *,
    tag: Annotated[str, typer.Option("--tag", help="The image's name, like mailroom/classifier:1.0.")],
    package: Annotated[
        Path | None, typer.Option("--package", help="Folder of the model package; one is trained without it.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base", help="Image of the service to put it in; by default built from these sources."
        ),
    ] = None,
    ocr: Annotated[
        bool, typer.Option("--ocr/--no-ocr", help="Read scanned pages, or be a tenth smaller.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Build a container that serves a model package; it is verified first."""
    from mailroom.model_image.building import build_image, require_engine
    from mailroom.terminal import emit

    if package is None:
        from mailroom.embedded.packages import provide_package
        from mailroom.progress import line

        require_engine(tag)
        package = provide_package(line)
    built = build_image(package, tag, base=base, ocr=ocr)
    emit(built.told(), as_json=as_json, render=lambda console: draw(console, built))


def draw(console: "Console", built: "BuiltImage") -> None:
    """An image in three lines."""
    lines = (
        f"{built.tag}: {built.size_bytes / 1e6:.0f} MB, {built.id}",
        f"model {built.model.name} {built.model.version}, {built.model.digest}",
        f"run it: docker run --rm --read-only --publish 127.0.0.1:8080:8080 {built.tag}",
    )
    for text in lines:
        console.print(text, highlight=False, markup=False, soft_wrap=True)
