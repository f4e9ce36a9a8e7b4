"""The live table: the last documents, and the books below it."""

from collections import deque
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from mailroom.following.ledger import Ledger, Outcome

ROWS = 18
FRESH_SECONDS = 1.0


class Board:
    """Shows outcomes as they come: redrawn on a terminal, a line each elsewhere."""

    def __init__(self, console: Console, ledger: Ledger, rows: int = ROWS) -> None:
        self._console = console
        self._ledger = ledger
        self._last: deque[Outcome] = deque(maxlen=rows)
        self._live = Live(console=console, refresh_per_second=8) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, outcome: Outcome) -> None:
        """Add a row."""
        self._last.append(outcome)
        if self._live is None:
            self._console.print(line(outcome), soft_wrap=True)
        else:
            self._live.update(Group(table(list(self._last)), books(self._ledger)))


def table(outcomes: list[Outcome]) -> Table:
    """The outcomes as rows: file, label, confidence, department, age."""
    drawn = Table("file", "label", "confidence", "department", "age", box=None)
    drawn.columns[2].justify = drawn.columns[4].justify = "right"
    for outcome in outcomes:
        drawn.add_row(*_cells(outcome))
    return drawn


def line(outcome: Outcome) -> Text:
    """The same as one line."""
    return Text("  ").join(_cells(outcome))


def books(ledger: Ledger) -> Text:
    """The counts so far."""
    return Text(
        f"{len(ledger.received)} in, {len(ledger.classified)} labelled, {len(ledger.dead)} dead-lettered, "
        f"{ledger.duplicates} repeated, {len(ledger.lost)} on their way",
        style="dim",
    )


def _cells(outcome: Outcome) -> tuple[Text, Text, Text, Text, Text]:
    found = outcome.classification
    age = Text(f"{outcome.age:.2f} s", style="" if outcome.age < FRESH_SECONDS else "dim")
    if found is None:
        reason = outcome.failure.reason if outcome.failure else ""
        return (
            Text(outcome.file_name),
            Text(reason, style="red"),
            Text("-"),
            Text("dead letters", style="red"),
            age,
        )
    unsure = found.decision == "review"
    department = f"{found.department} (review)" if unsure else found.department
    style = "yellow" if unsure else "green"
    confidence = Text(f"{found.confidence:.2f}", style=style)
    return (
        Text(outcome.file_name),
        Text(found.label, style="bold"),
        confidence,
        Text(department, style=style),
        age,
    )
