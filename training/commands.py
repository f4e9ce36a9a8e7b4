"""The verbs of training: `train`, `evaluate` and `adapt`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

DOCUMENTS_HELP = "JSON Lines file, or a folder per label; may be given several times."
Documents = Annotated[list[Path], typer.Option("--documents", help=DOCUMENTS_HELP)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def train(
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", help="A whole run as YAML: sources, checks, a search over kernels, a report."
        ),
    ] = None,
    master: Annotated[
        str | None,
        typer.Option(
            "--master",
            help="With --config: where Spark runs, local[CORES] or spark://HOST:PORT of a cluster.",
        ),
    ] = None,
    documents: Annotated[list[Path] | None, typer.Option("--documents", help=DOCUMENTS_HELP)] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Folder of the package; a package there is replaced.")
    ] = None,
    kernel: Annotated[str, typer.Option("--kernel", help="How to learn.")] = "text-linear",
    seed: Annotated[int, typer.Option("--seed", help="The same seed and documents give the same model.")] = 1,
    name: Annotated[str, typer.Option("--name", help="The model's name.")] = "mailroom",
    version: Annotated[str, typer.Option("--version", help="Default: from the documents' fingerprint.")] = "",
    word_lists: Annotated[
        Path | None, typer.Option("--word-lists", help="Folder of your own word lists (YAML), added to ours.")
    ] = None,
    image: Annotated[
        str | None, typer.Option("--image", help="Build a container of the package, under this name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train: a whole run on Spark with --config, or one kernel on this machine with --documents and --output."""
    from mailroom.contracts.errors import UsageError
    from training.drawing import draw_run, draw_trained

    if config is not None:
        if documents or output:
            raise UsageError("--config brings its own documents: leave --documents and --output out")
        from training.pipeline.shell import train_by

        _end_with(image, lambda: train_by(config, master=master), draw_run, as_json=as_json)
        return
    if master:
        raise UsageError("--master is for a whole run: give --config RUN.yaml with it")
    if not documents or output is None:
        raise UsageError("give --config RUN.yaml, or --documents FILE_OR_FOLDER and --output DIR")
    from training.shell import train_package

    names = {"kernel_name": kernel, "name": name, "version": version}
    train_one = partial(train_package, documents, output, seed=seed, word_lists=word_lists, **names)
    _end_with(image, train_one, draw_trained, as_json=as_json)


def evaluate(
    *,
    package: Annotated[Path, typer.Option("--package", help="Folder of the package.")],
    documents: Annotated[list[Path] | None, typer.Option("--documents", help=DOCUMENTS_HELP)] = None,
    scans: Annotated[
        list[Path] | None,
        typer.Option(
            "--scans", help="JSON Lines file whose documents are page images or PDF, each with its `path`."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure a model package on labelled documents or page images."""
    from mailroom.contracts.errors import UsageError
    from mailroom.terminal import emit
    from training.drawing import draw_figures
    from training.shell import evaluate_package

    if not documents and not scans:
        raise UsageError("give --documents FILE_OR_FOLDER or --scans FILE")
    result = evaluate_package(package, documents or (), scans or ())
    emit(result, as_json=as_json, render=lambda console: draw_figures(console, result))


def adapt(
    *,
    package: Annotated[Path, typer.Option("--package", help="Folder of the package to teach.")],
    documents: Documents,
    output: Annotated[Path, typer.Option("--output", help="Folder of the new package.")],
    as_json: Json = False,
) -> None:
    """Teach a package by a few corrected documents of a new source, in seconds."""
    from mailroom.terminal import emit
    from training.adapt.shell import adapt_package

    emit(adapt_package(package, documents, output), as_json=as_json)


def _end_with(
    image: str | None,
    learn: Callable[[], dict[str, Any]],
    draw: Callable[["Console", dict[str, Any]], None],
    *,
    as_json: bool,
) -> None:
    """Train, and build an image of the package where one is asked for."""
    from mailroom.model_image.building import require_engine
    from mailroom.terminal import emit
    from training.image import draw_image, in_image

    if image is not None:
        require_engine(image)  # before hours of training, not after them
    result = in_image(learn(), image)

    def drawn(console: "Console") -> None:
        draw(console, result)
        draw_image(console, result)

    emit(result, as_json=as_json, render=drawn)
