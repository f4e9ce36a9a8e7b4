"""Lines of goods and services, and the ways documents lay them out."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from samples.figures import Style, write_money, write_number
from samples.grammar import Scope


class TableScope(Scope, Protocol):
    """A scope that knows the goods of its family and the figures of its document."""

    style: Style

    def draw_items(self, count: int) -> list[str]:
        """Descriptions of up to `count` different goods or services."""

    def draw_price(self) -> float:
        """A unit price in the range of the trade."""


@dataclass(frozen=True, slots=True)
class Line:
    """One position of a document of trade."""

    number: int
    article: str
    text: str
    quantity: int
    unit: str
    price: float

    @property
    def total(self) -> float:
        """Quantity times unit price."""
        return self.quantity * self.price


# How positions stand in running text: between them, and each.
_PROSE = (
    (", ", "{n} x {text}"),
    ("\n", "- {n} {unit} {text}"),
    ("\n", "{n}x {text} ({article})"),
    ("\n", "{article}  {text}: {n} {unit}"),
)
# How a table comes out of a file; a separator stands for itself.
_WAYS = ("aligned", "aligned", "aligned", " | ", " ", "\n", "pairs")
_EXTRA_COLUMN = 0.45
_BARE_NUMBER = 0.5
_COMPACT = 0.5
_WITH_RATE = 0.8
_GROSS_ONLY = 0.2

Columns = list[tuple[str, Callable[[Line], str], bool]]


def draw_lines(scope: TableScope) -> tuple[Line, ...]:
    """One to fourteen positions, few far more often than many."""
    wanted = 1 + int(13 * scope.random() ** 2)
    texts = scope.draw_items(wanted)
    prefix = "" if scope.random() < _BARE_NUMBER else "ABCDEHKMPRSTW"[int(scope.random() * 13)]
    unit = scope.fill("w_unit")
    return tuple(
        Line(
            number,
            f"{prefix}{int(10 ** (3 + 3 * scope.random()))}",
            text,
            max(1, round(math.exp(scope.random() * 3.4 - 0.6))),
            unit,
            scope.draw_price(),
        )
        for number, text in enumerate(texts, 1)
    )


def net_total(lines: tuple[Line, ...]) -> float:
    """The sum of all positions."""
    return round(sum(line.total for line in lines), 2)


def write_priced(lines: tuple[Line, ...], scope: TableScope) -> str:
    """The positions with prices, in one of the ways in which such tables come out of files."""
    style = scope.style
    columns: Columns = [
        (scope.fill("w_desc"), lambda line: line.text, False),
        (scope.fill("w_qty"), lambda line: str(line.quantity), True),
        (scope.fill("w_price"), lambda line: write_number(line.price, style), True),
        (scope.fill("w_sum"), lambda line: write_number(line.total, style), True),
    ]
    return _write(lines, _with_extras(columns, scope), scope)


def write_unpriced(lines: tuple[Line, ...], scope: TableScope) -> str:
    """The positions without prices, as on delivery notes and stock lists."""
    columns: Columns = [
        (scope.fill("w_desc"), lambda line: line.text, False),
        (scope.fill("w_qty"), lambda line: str(line.quantity), True),
    ]
    return _write(lines, _with_extras(columns, scope), scope)


def write_receipt(lines: tuple[Line, ...], scope: TableScope) -> str:
    """The positions as a till prints them."""
    style, compact = scope.style, scope.random() < _COMPACT
    if compact:
        return "\n".join(
            f"{line.text[:24]:<24} {line.quantity:>3} {write_number(line.total, style):>9}" for line in lines
        )
    return "\n".join(
        f"{line.text[:30]}\n  {line.quantity} x {write_number(line.price, style)}"
        f"{write_number(line.total, style):>14}"
        for line in lines
    )


def write_prose(lines: tuple[Line, ...], scope: TableScope) -> str:
    """The goods within a sentence or as a short list, as mails name them."""
    separator, pattern = _PROSE[int(scope.random() * len(_PROSE))]
    return separator.join(
        pattern.format(n=line.quantity, unit=line.unit, text=line.text, article=line.article)
        for line in lines
    )


def write_totals(net: float, scope: TableScope) -> str:
    """Net, tax and gross, or only some of them, as lines."""
    style = scope.style
    tax = round(net * style.vat / 100, 2)
    rate = write_number(style.vat, style, 0 if style.vat == int(style.vat) else 2)
    rows = [
        (scope.fill("w_net"), net),
        (f"{scope.fill('w_vat')} {rate} %" if scope.random() < _WITH_RATE else scope.fill("w_vat"), tax),
        (scope.fill("w_gross"), net + tax),
    ]
    if scope.random() < _GROSS_ONLY:
        rows = rows[2:]
    return "\n".join(_pair(name, write_money(amount, style), scope) for name, amount in rows)


def _pair(name: str, amount: str, scope: Scope) -> str:
    kind = int(scope.random() * 4)
    return (f"{name}: {amount}", f"{name}    {amount}", f"{name:<30}{amount:>16}", f"{name}\n{amount}")[kind]


def _with_extras(columns: Columns, scope: TableScope) -> Columns:
    chosen = list(columns)
    if scope.random() < _EXTRA_COLUMN:
        chosen.insert(2, (scope.fill("w_unithead"), lambda line: line.unit, False))
    if scope.random() < _EXTRA_COLUMN:
        chosen.insert(0, (scope.fill("w_article"), lambda line: line.article, False))
    if scope.random() < _EXTRA_COLUMN:
        chosen.insert(0, (scope.fill("w_pos"), lambda line: str(line.number), True))
    return chosen


def _write(lines: tuple[Line, ...], columns: Columns, scope: Scope) -> str:
    rows = [[head for head, _, _ in columns], *([read(line) for _, read, _ in columns] for line in lines)]
    way = _WAYS[int(scope.random() * len(_WAYS))]
    if way == "aligned":
        return _aligned(rows, [right for _, _, right in columns])
    if way == "pairs":
        return _paired(rows)
    return "\n".join(way.join(row) for row in rows)


def _paired(rows: list[list[str]]) -> str:
    heads, *cells = rows
    return "\n\n".join(
        "\n".join(f"{head}: {cell}" for head, cell in zip(heads, row, strict=True)) for row in cells
    )


def _aligned(rows: list[list[str]], right: list[bool]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    )
