"""Dead letters as JSON values and on a terminal, which obeys none of what their senders wrote into them."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailroom.dead_letters.letters import Letter
from mailroom.dead_letters.redriving import Redrive, Redriven
from mailroom.streams.clock import rfc3339
from mailroom.terminal import visible

MOST_CHARACTERS = 200
"""Of anything foreign in a line."""


def row(letter: Letter) -> dict[str, Any]:
    """A letter as a row of the list."""
    return {
        "place": str(letter.place),
        "id": letter.id,
        "at": None if letter.at is None else rfc3339(letter.at),
        "reason": letter.failure.reason,
        "stage": letter.failure.stage,
        "message": letter.failure.message,
        "file_name": letter.file_name,
        "bytes": letter.size,
        "redrive": letter.attempt,
        "redriven": letter.redriven,
    }


def whole(letter: Letter, count: int) -> dict[str, Any]:
    """A letter with its headers; `letters` is how many its document has."""
    return {
        **row(letter),
        "read_from": str(letter.failure.position),
        "exception": letter.failure.exception,
        "letters": count,
        "headers": [
            {"name": name, "value": value.decode(errors="backslashreplace")} for name, value in letter.headers
        ],
    }


def sent(each: Redriven) -> dict[str, Any]:
    """What became of a letter in a redrive."""
    named = {"id": each.letter.id, "letter": str(each.letter.place), "reason": each.letter.failure.reason}
    if each.copy is None:
        return {**named, "error": each.problem}
    return {
        **named,
        "to": str(each.copy.record.topic),
        "redrive": each.letter.attempt + 1,
        "taken_from": each.copy.taken_from,
        "lost": list(each.copy.lost),
    }


def redriven(work: Redrive, found: Sequence[Redriven], *, dry_run: bool) -> dict[str, Any]:
    """The answer of the verb."""
    done = [sent(each) for each in found if each.copy is not None]
    return {
        "dry_run": dry_run,
        "count": len(done),
        "redriven": done,
        "failed": [sent(each) for each in found if each.copy is None],
        "already": work.already,
        "left": work.left,
    }


def draw_list(console: Console, result: dict[str, Any]) -> None:
    """Counts, then a page of rows."""
    table = Table("at", "id", "reason", "stage", "redrive", "file", "why", box=None)
    for each in result["letters"]:
        cells = ("at", "id", "reason", "stage", "redrive", "file_name", "message")
        table.add_row(*(shown(each[name]) for name in cells))
    if result["letters"]:
        console.print(table)
    counts = ", ".join(f"{count} {reason}" for reason, count in result["by_reason"].items())
    last = result["skipped"] + len(result["letters"])
    more = f"; `--skip {last}` shows more" if last < result["count"] else ""
    console.print(shown(f"{result['count']} dead letters{': ' if counts else ''}{counts}{more}"))


def draw_letter(console: Console, result: dict[str, Any]) -> None:
    """Each field in a line, then each header."""
    for name, value in result.items():
        if name != "headers":
            console.print(Text(f"{name}: ").append_text(shown(value)), soft_wrap=True)
    for header in result["headers"]:
        console.print(
            Text("  ").append_text(shown(header["name"])).append(": ").append_text(shown(header["value"])),
            soft_wrap=True,
        )


def draw_redriven(console: Console, result: dict[str, Any]) -> None:
    """A line for each letter, then the counts."""
    for each in result["redriven"]:
        lost = f", may lack {'; '.join(each['lost'])}" if each["lost"] else ""
        console.print(
            shown(each["id"]).append(
                f"  to {each['to']}, try {each['redrive']}, from the {each['taken_from']}{lost}"
            ),
            soft_wrap=True,
        )
    for each in result["failed"]:
        console.print(
            shown(each["id"]).append("  not sent: ").append_text(shown(each["error"])),
            style="red",
            soft_wrap=True,
        )
    would = "would be redriven" if result["dry_run"] else "redriven"
    rest = f", {result['already']} were before, {result['left']} left by --limit"
    console.print(f"{result['count']} {would}, {len(result['failed'])} not{rest}", highlight=False)


def shown(value: object) -> Text:
    """Anything as plain text of bounded length."""
    text = "-" if value is None else visible(str(value))
    return Text(text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…")
