"""The verbs of training: `train` and `evaluate`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

Documents = Annotated[
    list[Path],
    typer.Option("--documents", help="JSON Lines file, or a folder per label; may be given several times."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def train(
    *,
    documents: Documents,
    output: Annotated[
        Path, typer.Option("--output", help="Folder of the package; a package there is replaced.")
    ],
    kernel: Annotated[str, typer.Option("--kernel", help="How to learn.")] = "text-linear",
    seed: Annotated[int, typer.Option("--seed", help="The same seed and documents give the same model.")] = 1,
    name: Annotated[str, typer.Option("--name", help="The model's name.")] = "mailroom",
    version: Annotated[str, typer.Option("--version", help="Default: from the documents' fingerprint.")] = "",
    word_lists: Annotated[
        Path | None, typer.Option("--word-lists", help="Folder of your own word lists (YAML), added to ours.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a kernel on labelled documents and write a model package."""
    from mailroom.terminal import emit
    from training.shell import train_package

    result = train_package(
        documents, output, kernel_name=kernel, seed=seed, name=name, version=version, word_lists=word_lists
    )
    emit(result, as_json=as_json, render=lambda console: _draw_trained(console, result))


def evaluate(
    *,
    package: Annotated[Path, typer.Option("--package", help="Folder of the package.")],
    documents: Documents,
    as_json: Json = False,
) -> None:
    """Measure a model package on labelled documents."""
    from mailroom.terminal import emit
    from training.shell import evaluate_package

    result = evaluate_package(package, documents)
    emit(result, as_json=as_json, render=lambda console: _draw_figures(console, result))


def _draw_trained(console: Console, result: dict[str, Any]) -> None:
    metrics = result["metrics"]
    lines = (
        f"{result['package']}: {result['name']} {result['version']}",
        f"{result['documents']} documents of {len(result['labels'])} labels",
        f"macro-F1 {metrics['left_out_macro_f1']:.3f} on documents left out, by source where a label has several",
        f"review below {max(result['thresholds'].values()):.2f}",
    )
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _draw_figures(console: Console, result: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table("label", "precision", "recall", "F1", "documents")
    for label, row in result["per_class"].items():
        scores = (f"{row[score]:.3f}" for score in ("precision", "recall", "f1"))
        table.add_row(label, *scores, str(row["support"]))
    console.print(table)
    caught = ", ".join(f"{float(share):.0%}: {found:.0%}" for share, found in result["errors_caught"].items())
    for line in (
        f"macro-F1 {result['macro_f1']:.3f}, accuracy {result['accuracy']:.3f}, {result['documents']} documents",
        f"calibration error {result['expected_calibration_error']:.3f}, to review {result['review_share']:.0%}",
        f"errors caught when the least sure go to people: {caught}",
        f"seen in training: {result['seen_in_training']}",
    ):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
