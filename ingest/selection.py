"""Which files a person means: paths, folders, globs, and `-` for standard input."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

STANDARD_INPUT = "-"
GLOB_CHARACTERS = frozenset("*?[")


class Trouble(StrEnum):
    """Why something that was named is not sent; `hidden` and `link` are no failures."""

    MISSING = "no such file"
    NO_MATCH = "nothing matches"
    EMPTY_FOLDER = "no files in this folder"
    UNREADABLE_FOLDER = "the folder cannot be read"
    NOT_A_FILE = "neither file nor folder"
    HIDDEN = "hidden"
    LINKED_FOLDER = "link to a folder"


HARMLESS = frozenset({Trouble.HIDDEN, Trouble.LINKED_FOLDER})


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file to be sent, or `-`."""

    path: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was named, or found in a folder, and is not sent."""

    path: str
    trouble: Trouble


Choice = Chosen | Skipped


def select(arguments: Iterable[str], *, recursive: bool = True) -> Iterator[Choice]:
    """The files that the arguments name, in order, folders sorted by name; nothing is held but one folder at a time.

    A file named in full is taken whatever it is called; hidden ones found in a folder or by a glob are skipped.
    """
    for argument in arguments:
        if argument == STANDARD_INPUT:
            yield Chosen(argument)
        elif GLOB_CHARACTERS.isdisjoint(argument) or os.path.lexists(argument):
            yield from _named(argument, recursive=recursive)
        else:
            yield from _globbed(argument, recursive=recursive)


def _named(path: str, *, recursive: bool) -> Iterator[Choice]:
    if Path(path).is_dir():
        yield from _or_else(_walk(path, recursive=recursive), Skipped(path, Trouble.EMPTY_FOLDER))
    elif Path(path).exists():
        yield Chosen(path)
    else:
        yield Skipped(path, Trouble.MISSING)


def _globbed(pattern: str, *, recursive: bool) -> Iterator[Choice]:
    matches = glob.iglob(pattern, recursive=True)  # noqa: PTH207 - Path.glob refuses absolute patterns
    deep = "**" in pattern  # it also matches what lies in the folders that it matches
    found = (
        choice
        for path in matches
        if not (deep and Path(path).is_dir())
        for choice in _named(path, recursive=recursive)
    )
    yield from _or_else(found, Skipped(pattern, Trouble.NO_MATCH))


def _or_else(choices: Iterator[Choice], otherwise: Choice) -> Iterator[Choice]:
    first = next(choices, None)
    yield otherwise if first is None else first
    yield from choices


def _walk(folder: str, *, recursive: bool) -> Iterator[Choice]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        yield Skipped(folder, Trouble.UNREADABLE_FOLDER)
        return
    for entry in entries:
        yield from _entry(entry, recursive=recursive)


def _entry(entry: os.DirEntry[str], *, recursive: bool) -> Iterator[Choice]:
    trouble = _trouble(entry)
    if trouble is not None:
        yield Skipped(entry.path, trouble)
    elif not entry.is_dir():
        yield Chosen(entry.path)
    elif recursive:
        yield from _walk(entry.path, recursive=True)


def _trouble(entry: os.DirEntry[str]) -> Trouble | None:
    if entry.name.startswith("."):
        return Trouble.HIDDEN
    try:
        mode = entry.stat().st_mode
    except OSError:
        return Trouble.MISSING
    if stat.S_ISDIR(mode):  # a linked folder may contain itself
        return Trouble.LINKED_FOLDER if entry.is_symlink() else None
    return None if stat.S_ISREG(mode) else Trouble.NOT_A_FILE
