"""A document as it is drawn in a terminal. Whatever a sender wrote is made harmless first."""

from datetime import datetime

from rich.text import Text

from departments.review.terminal.bench import Item
from mailroom.terminal import visible

BAR = 24
HALF_BLOCKS = ("", "▌")
MOST_CHARACTERS = 20_000
"""Of a text; what a document is stands in its first pages."""
KEYS = "123456789"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def heading(item: Item, now: datetime) -> Text:
    """What the document is called, how old it is, whether it is late, and how many wait."""
    document = item.document
    facts = [
        document.media_type,
        f"{document.size:,} bytes",
        document.language,
        _age(now, document.received_at),
    ]
    text = Text(visible(document.file_name or document.id), style="bold")
    text.append("\n" + visible(" · ".join(facts)), style="dim")
    text.append(f" · {item.waiting:,} waiting", style="dim")
    if document.due_at is not None and document.due_at < now:
        text.append("  past its deadline", style="bold red")
    return text


def choices(item: Item) -> Text:
    """All labels, the likeliest first, each with its key and its probability as a bar."""
    width = max((len(label) for label, _ in item.choices), default=0)
    text = Text()
    for place, (label, score) in enumerate(item.choices):
        key = KEYS[place] if place < len(KEYS) else " "
        style = "bold" if label == item.present else ""
        text.append(f" {key}  {visible(label):{width}}  {_bar(score):{BAR}} {score:4.0%}\n", style=style)
    text.rstrip()
    return text


def body(text: str) -> Text:
    """A document's text."""
    shown = "\n".join(visible(line) for line in text[:MOST_CHARACTERS].splitlines())
    return Text(shown + ("\n…" if len(text) > MOST_CHARACTERS else ""))


def _bar(score: float) -> str:
    halves = round(score * BAR * 2)
    return "█" * (halves // 2) + HALF_BLOCKS[halves % 2]


def _age(now: datetime, then: datetime) -> str:
    seconds = max(0, int((now - then).total_seconds()))
    for size, unit in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''} old"
    return "new"
