"""The slot grammar that families and layouts are written in, compiled once to closures.

`[a|b|]`        one of the alternatives, which may be empty and may nest
`{name}`        a phrase or value of that name; a phrase does not come twice before all have come
`{name:2-4}`    two to four different phrases, joined by a space
`{name:3/-}`    joined as: n lines, p paragraphs, - bullets, 1 numbered lines, `,` a comma
`{n:5-80}`      a whole number
`{name^}`       upper case; `{name~}` first letter upper case; `{name_}` lower case
"""

import re
from collections.abc import Callable
from typing import Protocol

from samples.errors import BrokenSampleData


class Scope(Protocol):
    """What a template needs while it is filled."""

    def random(self) -> float:
        """A number in [0, 1)."""

    def fill(self, name: str) -> str:
        """One phrase or value."""

    def fill_many(self, name: str, count: int) -> list[str]:
        """Up to `count` different phrases."""


Template = Callable[[Scope], str]

_SLOT = re.compile(r"(\w+?)(?::(\d+)(?:-(\d+))?(?:/(\S))?)?([\^~_])?")
_SPECIAL = re.compile(r"[\[\]{|]")
_JOINS = {"n": "\n", "p": "\n\n", ",": ", ", None: " "}
_CASES: dict[str, Callable[[str], str]] = {
    "^": str.upper,
    "_": str.lower,
    "~": lambda text: text[:1].upper() + text[1:],
}


def compile_template(source: str) -> Template:
    """Compile one template.

    Raises:
        BrokenSampleData: A bracket or brace is open, or a slot cannot be read.
    """
    template, position = _sequence(source, 0, nested=False)
    if position != len(source):
        raise BrokenSampleData(f"a bracket is closed that was never opened: {source[:80]!r}")
    return template


def slots_of(source: str) -> set[str]:
    """The names of all slots in a template's source."""
    return {match.group(1) for match in re.finditer(r"\{(\w+?)(?::[^}]*)?[\^~_]?\}", source)}


def _sequence(source: str, position: int, *, nested: bool) -> tuple[Template, int]:
    parts: list[Template | str] = []
    while position < len(source):
        match = _SPECIAL.search(source, position)
        end = match.start() if match else len(source)
        if end > position:
            parts.append(source[position:end])
        position = end
        if match is None:
            break
        mark = match.group()
        if mark == "[":
            part, position = _alternatives(source, position + 1)
        elif mark == "{":
            part, position = _slot(source, position + 1)
        elif nested or mark == "]":
            break
        else:
            part, position = _literal(mark), position + 1
        parts.append(part)
    return _joined(parts), position


def _alternatives(source: str, position: int) -> tuple[Template, int]:
    options: list[Template] = []
    while True:
        option, position = _sequence(source, position, nested=True)
        options.append(option)
        if position >= len(source):
            raise BrokenSampleData(f"a bracket is never closed: {source[:80]!r}")
        position += 1
        if source[position - 1] == "]":
            break
    chosen, count = tuple(options), len(options)
    return lambda scope: chosen[int(scope.random() * count)](scope), position


def _slot(source: str, position: int) -> tuple[Template, int]:
    end = source.find("}", position)
    match = _SLOT.fullmatch(source[position:end]) if end > 0 else None
    if match is None:
        raise BrokenSampleData(f"a slot cannot be read: {source[max(0, position - 20) : position + 30]!r}")
    name, low, high, join, case = match.groups()
    if low is None:
        filled: Template = lambda scope: scope.fill(name)  # noqa: E731 - a closure is the point here
    elif name == "n":
        filled = _number(int(low), int(high or low))
    else:
        filled = _several(name, int(low), int(high or low), join)
    return (_cased(filled, _CASES[case]) if case else filled), end + 1


def _literal(text: str) -> Template:
    return lambda _scope: text


def _cased(template: Template, case: Callable[[str], str]) -> Template:
    return lambda scope: case(template(scope))


def _number(low: int, high: int) -> Template:
    return lambda scope: str(low + int(scope.random() * (high - low + 1)))


def _several(name: str, low: int, high: int, join: str | None) -> Template:
    def filled(scope: Scope) -> str:
        count = low + int(scope.random() * (high - low + 1))
        phrases = scope.fill_many(name, count)
        if join == "-":
            return "\n".join(f"- {phrase}" for phrase in phrases)
        if join == "1":
            return "\n".join(f"{number}. {phrase}" for number, phrase in enumerate(phrases, 1))
        return _JOINS[join].join(phrases)

    if join not in {*_JOINS, "-", "1"}:
        raise BrokenSampleData(f"slot {name}: '{join}' joins nothing; use n, p, -, 1 or a comma")
    return filled


def _joined(parts: list[Template | str]) -> Template:
    if not parts:
        return _literal("")
    if len(parts) == 1:
        return _literal(parts[0]) if isinstance(parts[0], str) else parts[0]
    steps = tuple(_literal(part) if isinstance(part, str) else part for part in parts)
    return lambda scope: "".join([step(scope) for step in steps])
