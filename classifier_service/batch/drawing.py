"""A batch's summary as a person reads it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from mailroom.progress import readable


def draw(console: Console, summary: Mapping[str, Any]) -> None:
    """Counts by label and by reason, then where the results are."""
    table = Table(box=None, show_header=False, padding=(0, 2))
    for label, count in summary["labels"].items():
        table.add_row(label, f"{count:,}")
    for reason, count in summary["reasons"].items():
        table.add_row(f"refused: {reason}", f"{count:,}")
    console.print(table)
    model, resumed = summary["model"], summary["parts_from_earlier_runs"]
    said = f"{summary['documents']:,} documents in {readable(summary['seconds'])}, {summary['review']:,} for a person"
    if resumed:
        said += f"; {resumed:,} of {summary['parts']:,} parts were done before"
    console.print(said, highlight=False, markup=False, soft_wrap=True)
    named = f"{model['name']} {model['version']} ({model['digest'][:12]})"
    console.print(f"{summary['output']}, by {named}", highlight=False, markup=False, soft_wrap=True)
