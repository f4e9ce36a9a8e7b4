"""The verbs `keys create|list|revoke`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailroom.verb_group import verb_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from mailroom.access.keys import ApiKey

File = Annotated[Path | None, typer.Option(help="The file of keys; by default access.keys, else at home.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

app = verb_group()


@app.callback()
def keys() -> None:
    """API keys of what listens; their file has hashes alone. A running door sees each change; each verb has --json."""


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What you call it: who uses it.")],
    *,
    scope: Annotated[list[str], typer.Option(help="What it is good for; repeat it.")],
    expires: Annotated[str | None, typer.Option(help="RFC 3339 time from which it is worth nothing.")] = None,
    file: File = None,
    as_json: Json = False,
) -> None:
    """Make a key, and show it this once."""
    from time import time

    from mailroom.access import key_file
    from mailroom.access.keys import new_key
    from mailroom.streams.clock import rfc3339
    from mailroom.terminal import emit

    place = _place(file)
    scopes = [_scope(item) for item in scope]
    key, kept = new_key(_name(name), scopes, rfc3339(time()), _expiry(expires))
    key_file.change(place, lambda known: (*known, kept))
    document = {**_described(kept), "key": key, "file": str(place)}
    emit(document, as_json=as_json, render=lambda console: console.out(key, highlight=False))


@app.command("list")
def list_(*, file: File = None, as_json: Json = False) -> None:
    """List what is known of all keys: never the keys."""
    from mailroom.access import key_file
    from mailroom.terminal import emit

    place = _place(file)
    found = key_file.read(place) if place.exists() else ()
    document = {"keys": [_described(key) for key in found], "count": len(found), "file": str(place)}
    emit(document, as_json=as_json, render=lambda console: _table(console, found))


@app.command()
def revoke(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `list` shows it.")],
    *,
    file: File = None,
    as_json: Json = False,
) -> None:
    """Make a key worth nothing, from now on and for ever."""
    from dataclasses import replace
    from time import time

    from mailroom.access import key_file
    from mailroom.contracts.errors import UsageError
    from mailroom.streams.clock import rfc3339
    from mailroom.terminal import emit

    now, place = rfc3339(time()), _place(file)
    revoked: list[ApiKey] = []

    def change(known: "Sequence[ApiKey]") -> "list[ApiKey]":
        revoked[:] = [replace(key, revoked_at=key.revoked_at or now) for key in known if key.id == identifier]
        if not revoked:
            raise UsageError(f"{place} has no key {identifier!r}: `mailroom keys list` shows their ids")
        return [revoked[0] if key.id == identifier else key for key in known]

    key_file.change(place, change)
    line = f"{identifier} is worth nothing any more"
    emit(_described(revoked[0]), as_json=as_json, render=lambda console: console.out(line, highlight=False))


def _place(file: Path | None) -> Path:
    from mailroom.access.guarding import chosen_file
    from mailroom.settings import load_settings

    return file or chosen_file(load_settings().access)


def _scope(given: str) -> Any:
    from mailroom.access.scopes import Scope
    from mailroom.contracts.errors import UsageError

    try:
        return Scope(given)
    except ValueError as error:
        raise UsageError(f"there is no scope {given!r}: say one of {', '.join(Scope)}") from error


def _name(given: str) -> str:
    from mailroom.contracts.errors import UsageError

    if not given.strip() or not given.isprintable():
        raise UsageError("a key's name is a word or two that a person can read")
    return given.strip()


def _expiry(given: str | None) -> str | None:
    from mailroom.contracts.errors import UsageError
    from mailroom.streams.clock import parse_rfc3339, rfc3339

    try:
        return None if given is None else rfc3339(parse_rfc3339(given))
    except ValueError as error:
        raise UsageError(f"--expires {given!r} is no time: write it like 2027-01-31T00:00:00Z") from error


def _described(key: "ApiKey") -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


def _table(console: "Console", found: "Sequence[ApiKey]") -> None:
    for key in found:
        state = f"revoked {key.revoked_at}" if key.revoked_at else f"until {key.expires_at or 'revoked'}"
        console.out(key.id, key.name, ",".join(key.scopes), state, sep="  ", highlight=False)
    console.out(f"{len(found)} keys", highlight=False)
