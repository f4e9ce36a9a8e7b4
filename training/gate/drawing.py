"""The verdict as a person reads it in a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text


def draw_verdict(console: Console, result: Mapping[str, Any]) -> None:
    """Decision, reasons, figures, files."""
    passed = result["decision"] == "pass"
    console.print(Text("pass" if passed else "refused", style="bold green" if passed else "bold red"))
    for line in _lines(result):
        console.print(Text(line), soft_wrap=True)


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{found['reason']}: {found['message']}" for found in result["reasons"])
    comparison = result.get("comparison", {})
    for name, difference in comparison.get("difference", {}).items():
        if "value" in difference:
            lower, upper = difference["lower"], difference["upper"]
            yield f"{name}: {difference['value']:+.4f} (surely between {lower:+.4f} and {upper:+.4f})"
    if cost := result.get("cost"):
        median = cost["latency_ratio"]["median"]["value"]
        yield f"times the champion's: {median:.2f} in time, {cost['memory_ratio']:.2f} in memory"
    yield f"{result['documents'].get('count', 0)} documents, {result['seconds']:.1f} s"
    yield f"report {result['files']['page']}, signed {result['files']['signed']}"
