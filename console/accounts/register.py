"""The accounts in the database."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from console.accounts import passwords
from console.accounts.roles import Person, Role
from departments.store.tables import Account, BrowserSession
from mailroom.contracts.errors import MailroomError, UsageError

MOST_CHARACTERS = 64


class NoSuchAccount(MailroomError):
    """No account has this name."""


class AccountTaken(MailroomError):
    """There is an account of this name already."""


def add(session: Session, person: Person, password: str, known_departments: Collection[str]) -> None:
    """Make an account.

    Raises:
        UsageError: Name, departments or password cannot be right.
        AccountTaken: There is one of this name.
    """
    _require_sense(person, known_departments)
    kept = passwords.hashed(password)
    if session.get(Account, person.name) is not None:
        raise AccountTaken(f"there is an account {person.name} already: `mailroom accounts list` shows all")
    session.add(
        Account(
            name=person.name,
            password_hash=kept,
            role=person.role.value,
            departments=list(person.departments),
            enabled=True,
        )
    )


def everybody(session: Session) -> Sequence[Account]:
    """All accounts, by name."""
    return session.scalars(select(Account).order_by(Account.name)).all()


def disable(session: Session, name: str) -> None:
    """Let nobody in by an account any more; who is signed in by it is so no longer.

    Raises:
        NoSuchAccount: There is none.
    """
    _existing(session, name).enabled = False
    session.execute(delete(BrowserSession).where(BrowserSession.account == name))


def enable(session: Session, name: str) -> None:
    """Let an account in again.

    Raises:
        NoSuchAccount: There is none.
    """
    _existing(session, name).enabled = True


def set_password(session: Session, name: str, password: str) -> None:
    """Give an account another password; who is signed in by it must sign in again.

    Raises:
        NoSuchAccount: There is none.
        UsageError: The password cannot be right.
    """
    _existing(session, name).password_hash = passwords.hashed(password)
    session.execute(delete(BrowserSession).where(BrowserSession.account == name))


def person_of(account: Account) -> Person:
    """An account as a value."""
    return Person(account.name, Role(account.role), tuple(account.departments))


def _existing(session: Session, name: str) -> Account:
    account = session.get(Account, name)
    if account is None:
        raise NoSuchAccount(f"no account {name[:MOST_CHARACTERS]!r}: `mailroom accounts list` shows all")
    return account


def _require_sense(person: Person, known_departments: Collection[str]) -> None:
    if not 0 < len(person.name) <= MOST_CHARACTERS or not person.name.isprintable() or " " in person.name:
        raise UsageError(f"an account's name is one printable word of at most {MOST_CHARACTERS} characters")
    if person.role is Role.CLERK and not person.departments:
        raise UsageError("a clerk works for a department: say --department, once for each")
    if person.role is not Role.CLERK and person.departments:
        raise UsageError(f"a {person.role.value} sees all departments: leave --department")
    unknown = sorted(set(person.departments) - set(known_departments))
    if unknown:
        known = ", ".join(sorted(set(known_departments)))
        raise UsageError(f"no department {unknown[0]!r}: say one of {known}")
