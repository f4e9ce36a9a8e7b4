"""What an ensemble is made of, as one line of a run's file: kernels by name, with parameters where they differ.

    text-linear, text-neural: {epochs: 6}, text-ensemble: {members: [text-linear, my_repo.kernels.Mine]}

It is read as a YAML list; a member that is an ensemble has a list of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import UsageError
from mailroom.model_package.description import Parameter
from mailroom.model_package.storage import MAX_DEPTH
from training.kernels.base import Kernel

MEMBERS = "members"
"""The parameter of an ensemble that names its members."""
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Member:
    """A kernel and all its parameters."""

    kernel: Kernel
    parameters: Mapping[str, Parameter]

    @property
    def key(self) -> tuple[str, str]:
        """The same for members that would train the same."""
        return self.kernel.name, json.dumps(self.parameters, sort_keys=True, default=str)


def members_named(line: str, *, word_lists: Path | None = None) -> list[Member]:
    """Read the members and, for their mistakes, everything below them.

    Args:
        line: As above.
        word_lists: A company's folder of further word lists, for every member.

    Raises:
        UsageError: It is no such list; a kernel or parameter is unknown, reads no texts or needs the driver; there
            are fewer than two members, one stands there twice, they contain themselves or are nested too deep.
    """
    return _members(line, word_lists, ())


def _members(line: str, word_lists: Path | None, above: tuple[tuple[str, str], ...]) -> list[Member]:
    if len(above) >= MAX_DEPTH:
        raise UsageError(f"{MEMBERS}: ensembles are nested more than {MAX_DEPTH} deep: make it flatter")
    found = [_member(item, word_lists) for item in _parsed(line)]
    if len(found) < FEWEST:
        raise UsageError(f"{MEMBERS}: {line!r} names {len(found)}: an ensemble needs at least {FEWEST}")
    keys = [member.key for member in found]
    if len(set(keys)) < len(keys):
        raise UsageError(f"{MEMBERS}: {line!r} names a member twice: it would only count double")
    for member in found:
        _check(member, word_lists, above)
    return found


def _check(member: Member, word_lists: Path | None, above: tuple[tuple[str, str], ...]) -> None:
    kernel = member.kernel
    if kernel.input_kind != "text":
        raise UsageError(f"{MEMBERS}: {kernel.name} reads page images: use page-blend for texts and pages")
    if kernel.engine != "task":
        raise UsageError(
            f"{MEMBERS}: {kernel.name} needs the driver, an ensemble is one task: search over it by itself"
        )
    if member.key in above:
        raise UsageError(f"{MEMBERS}: {kernel.name} contains itself: name other members for the inner one")
    if MEMBERS in member.parameters:
        _members(str(member.parameters[MEMBERS]), word_lists, (*above, member.key))


def _parsed(line: str) -> list[Any]:
    import yaml  # noqa: PLC0415 - served packages need none

    try:
        found: list[Any] = yaml.safe_load(f"[{line}]")
    except yaml.YAMLError as error:
        raise UsageError(
            f"{MEMBERS}: {line!r} cannot be read: write `text-linear, text-neural: {{epochs: 6}}`"
        ) from error
    return found


def _member(item: Any, word_lists: Path | None) -> Member:
    from training.kernels import kernel_named  # noqa: PLC0415 - the registry names the ensemble itself

    name, changes = (item, {}) if isinstance(item, str) else _named(item)
    kernel = kernel_named(name, word_lists=word_lists)
    return Member(kernel, kernel.defaults(**{key: _value(value) for key, value in changes.items()}))


def _named(item: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(item, dict) and len(item) == 1:
        name, changes = next(iter(item.items()))
        if isinstance(name, str) and isinstance(changes, dict):
            return name, {str(key): value for key, value in changes.items()}
    raise UsageError(
        f"{MEMBERS}: {item!r} is no member: write a kernel's name, or `name: {{parameter: value}}`"
    )


def _value(value: Any) -> Parameter:
    """A list is the members of an inner ensemble: JSON is YAML, and a parameter is one value."""
    if isinstance(value, list):
        return json.dumps(value)[1:-1]
    if isinstance(value, str | int | float | bool):
        return value
    raise UsageError(f"{MEMBERS}: {value!r} is no value of a parameter")
