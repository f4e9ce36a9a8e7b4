"""The verbs `accounts add|list|disable|enable|password`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailroom.verb_group import verb_group

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

Name = Annotated[str, typer.Argument(help="The account's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
FromInput = Annotated[
    bool,
    typer.Option(
        "--password-stdin", help="Read the password from standard input; else one is made and shown."
    ),
]

app = verb_group("Accounts of the console: who may sign in, and as what; each verb has --json.")


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[str, typer.Option(help="reader, clerk, reviewer or operator.")],
    department: Annotated[list[str] | None, typer.Option(help="Of a clerk; again for another one.")] = None,
    password_stdin: FromInput = False,
    as_json: Json = False,
) -> None:
    """Make an account; without --password-stdin its password is made, and shown this once."""
    from console.accounts import register
    from console.accounts.roles import Person
    from mailroom.settings import load_settings

    person = Person(name, _role(role), tuple(department or ()))
    password, made = _password(from_input=password_stdin)
    with _writing() as session:
        register.add(session, person, password, load_settings().departments.values())
    _tell(
        {"name": name, "role": person.role.value, "departments": list(person.departments)},
        made,
        as_json=as_json,
    )


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List all accounts."""
    from console.accounts import register
    from mailroom.terminal import emit

    with _writing() as session:
        found = [
            {"name": each.name, "role": each.role, "departments": each.departments, "enabled": each.enabled}
            for each in register.everybody(session)
        ]
    emit(
        {"accounts": found, "count": len(found)},
        as_json=as_json,
        render=lambda console: _table(console, found),
    )


@app.command()
def disable(name: Name, *, as_json: Json = False) -> None:
    """Let nobody in by an account any more, and end its sessions."""
    from console.accounts import register
    from mailroom.terminal import emit

    with _writing() as session:
        register.disable(session, name)
    emit({"name": name, "enabled": False}, as_json=as_json)


@app.command()
def enable(name: Name, *, as_json: Json = False) -> None:
    """Let an account in again."""
    from console.accounts import register
    from mailroom.terminal import emit

    with _writing() as session:
        register.enable(session, name)
    emit({"name": name, "enabled": True}, as_json=as_json)


@app.command()
def password(name: Name, *, password_stdin: FromInput = False, as_json: Json = False) -> None:
    """Give an account another password, and end its sessions."""
    from console.accounts import register

    new, made = _password(from_input=password_stdin)
    with _writing() as session:
        register.set_password(session, name, new)
    _tell({"name": name}, made, as_json=as_json)


def _writing() -> "AbstractContextManager[Session]":
    from contextlib import closing, contextmanager

    from departments.store.engine import open_store
    from mailroom.settings import load_settings

    @contextmanager
    def session() -> "Iterator[Session]":
        with closing(open_store(load_settings().desks)) as store, store.writing() as opened:
            yield opened

    return session()


def _role(given: str) -> Any:
    from console.accounts.roles import Role
    from mailroom.contracts.errors import UsageError

    try:
        return Role(given)
    except ValueError as error:
        raise UsageError(f"there is no role {given!r}: say one of {', '.join(Role)}") from error


def _password(*, from_input: bool) -> tuple[str, str | None]:
    """The password, and the same once more where it was made here and must be shown."""
    import sys

    from console.accounts import passwords

    if from_input:
        return sys.stdin.readline().rstrip("\r\n"), None
    made = passwords.generated()
    return made, made


def _tell(document: dict[str, Any], made: str | None, *, as_json: bool) -> None:
    from mailroom.terminal import emit

    if made is not None:
        document = {**document, "password": made}
    emit(document, as_json=as_json)


def _table(console: Any, found: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table("account", "role", "departments", "", box=None)
    for each in found:
        state = "" if each["enabled"] else "disabled"
        table.add_row(each["name"], each["role"], ", ".join(each["departments"]), state)
    console.print(table)
