"""Registered models as a person reads them."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailroom.streams.clock import rfc3339
from mailroom.terminal import visible

FIGURES = ("macro_f1", "macro_f1_unseen_sources")


def draw_versions(console: Console, result: Mapping[str, Any]) -> None:
    """A row per version."""
    if not result["versions"]:
        console.print(
            f"no version of {result['model']} at {result['tracking']}: `mailroom train --config …` makes the first",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        return
    table = Table("version", "aliases", "digest", "data", "made", box=None, pad_edge=False)
    for item in result["versions"]:
        table.add_row(
            str(item["version"]),
            ", ".join(item["aliases"]),
            item["digest"][:12],
            item["data_fingerprint"][:12],
            item["created_at"],
        )
    console.print(table)


def draw_runs(console: Console, result: Mapping[str, Any]) -> None:
    """A row per run."""
    if not result["runs"]:
        console.print(f"no run at {result['tracking']}", highlight=False, markup=False, soft_wrap=True)
        return
    table = Table("run", "began", "status", "macro F1", "unseen sources", "why not", box=None, pad_edge=False)
    for item in result["runs"]:
        figures = ["" if item[name] is None else f"{item[name]:.3f}" for name in FIGURES]
        cells = (item["name"], rfc3339(item["began"]), item["status"], *figures, item["failure"])
        table.add_row(*(Text(visible(cell)) for cell in cells))
    console.print(table)


def draw_facts(console: Console, result: Mapping[str, Any]) -> None:
    """A line per fact, by its path."""
    for name, value in _lines("", result):
        console.print(Text(f"{name}: {value}"), soft_wrap=True)


def _lines(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _lines(f"{prefix}.{name}" if prefix else str(name), inner)
    elif value not in (None, [], ()):
        yield prefix, ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
