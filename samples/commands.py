"""The verb `samples`: labelled documents on disk."""

from pathlib import Path
from typing import Annotated

import typer


def samples(
    output: Annotated[Path, typer.Option(help="Folder to write to.")],
    count: Annotated[int, typer.Option(min=1, help="How many documents.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed gives the same documents.")] = 1,
    forms: Annotated[str, typer.Option(help="Comma-separated: txt, html, pdf, scan.")] = "txt,html,pdf,scan",
    languages: Annotated[str, typer.Option(help="Comma-separated: en, de, fr, es.")] = "en,de,fr,es",
    labels: Annotated[str, typer.Option(help="Comma-separated labels; all seven by default.")] = "",
    texts_only: Annotated[bool, typer.Option("--texts-only", help="Write labels.jsonl alone.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write into a folder with files.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Generate labelled documents: texts, HTML, PDF and degraded scans, with labels.jsonl."""
    from mailroom.terminal import emit
    from samples.generation import generate
    from samples.sample import LABELS
    from samples.store import prepare_folder, write_samples

    chosen = generate(count, seed, languages=_names(languages), labels=_names(labels) or LABELS, noise=True)
    prepare_folder(output, overwrite=overwrite)
    emit(write_samples(chosen, count, output, forms=() if texts_only else _names(forms)), as_json=as_json)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
