"""What the verbs of training show a person."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def draw_run(console: Console, result: Mapping[str, Any]) -> None:
    """A run with a configuration."""
    best = result["best"]
    chosen = ", ".join(f"{name} {value}" for name, value in best["parameters"].items())
    without = ", ".join(result["no_unseen_source_estimate"])
    lines = (
        f"best of {result['candidates']} candidates ({len(result['failed'])} failed): {best['kernel']} ({chosen})",
        f"macro-F1 {result['macro_f1_unseen_sources']:.3f} on sources it had not seen",
        f"macro-F1 {result['macro_f1']:.3f} on sources that it knew",
        f"calibration error {result['expected_calibration_error']:.3f}",
        f"the least sure fifth holds {result['errors_caught_at_20_percent']:.0%} of its errors",
        *([f"no estimate for unseen sources: {without}"] if without else []),
        f"package {result['package']}, registered as version {result['version']} (candidate)",
        f"report {result['report']}",
    )
    _print(console, lines)


def draw_trained(console: Console, result: Mapping[str, Any]) -> None:
    """One kernel, trained on this machine."""
    metrics = result["metrics"]
    lines = (
        f"{result['package']}: {result['name']} {result['version']}",
        f"{result['documents']} documents of {len(result['labels'])} labels",
        f"macro-F1 {metrics['macro_f1_unseen_sources']:.3f} on documents left out, by source where a label has several",
        f"review below {max(result['thresholds'].values()):.2f}",
    )
    _print(console, lines)


def draw_figures(console: Console, result: Mapping[str, Any]) -> None:
    """A package, measured."""
    table = Table("label", "precision", "recall", "F1", "documents")
    for label, row in result["per_class"].items():
        scores = (f"{row[score]:.3f}" for score in ("precision", "recall", "f1"))
        table.add_row(label, *scores, str(row["support"]))
    console.print(table)
    caught = ", ".join(f"{float(share):.0%}: {found:.0%}" for share, found in result["errors_caught"].items())
    lines = (
        f"macro-F1 {result['macro_f1']:.3f}, accuracy {result['accuracy']:.3f}, {result['documents']} documents",
        f"calibration error {result['expected_calibration_error']:.3f}, to review {result['review_share']:.0%}",
        f"errors caught when the least sure go to people: {caught}",
        f"seen in training: {result['seen_in_training']}",
    )
    _print(console, lines)


def _print(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
