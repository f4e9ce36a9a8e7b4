"""The first account: whoever starts the system on an own machine can sign in without further steps."""

import os
from pathlib import Path

from sqlalchemy import func, select

from console.accounts import passwords, register
from console.accounts.roles import Person, Role
from departments.store.engine import Store
from departments.store.tables import Account

NAME = "operator"


def password_file(home: Path) -> Path:
    """Where the first account's password lies."""
    return home / "console-password"


def ensure(store: Store, home: Path) -> Path | None:
    """Make an operator where there is no account yet.

    The password is in a file that its owner alone may read, and in no log.

    Returns:
        The file, or None where there are accounts.
    """
    file = password_file(home)
    with store.writing() as session:
        if session.scalar(select(func.count()).select_from(Account)):
            return None
        password = passwords.generated()
        _write_privately(file, f"{NAME} {password}\n")
        register.add(session, Person(NAME, Role.OPERATOR), password, ())
    return file


def _write_privately(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
