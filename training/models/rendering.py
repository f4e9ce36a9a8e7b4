"""Registered models as a person reads them."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


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
