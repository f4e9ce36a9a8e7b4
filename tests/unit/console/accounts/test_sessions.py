"""Accounts, passwords, sessions."""

import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from console.accounts import first, register
from console.accounts.passwords import fits, hashed
from console.accounts.roles import Permission, Person, Role
from console.accounts.sessions import Sessions
from departments.store.engine import Store, open_store
from departments.store.tables import Account, BrowserSession
from mailroom.contracts.errors import UsageError
from mailroom.settings import load_settings
from mailroom.streams.clock import FakeClock

pytestmark = pytest.mark.security
PASSWORD = "correct horse battery"  # noqa: S105 - of an account that lives as long as the test


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """A database with one clerk."""
    with closing(open_store(load_settings().desks)) as opened:
        with opened.writing() as session:
            register.add(session, Person("ada", Role.CLERK, ("sales",)), PASSWORD, ["sales"])
        yield opened


def test_a_session_lasts_its_hours(store: Store) -> None:
    """It is found by its token until its time is over; what the database keeps of the token opens nothing."""
    clock = FakeClock()
    sessions = Sessions(store, clock, hours=1.0)
    token = sessions.begin("ada", PASSWORD)
    assert token is not None
    found = sessions.find(token)
    assert found is not None
    assert found.person == Person("ada", Role.CLERK, ("sales",))
    with store.reading() as session:
        kept = [row.token_hash for row in session.query(BrowserSession)]
    assert [sessions.find(each) for each in (*kept, "")] == [None, None]
    clock.time += 3_600
    assert sessions.find(token) is None


def test_what_is_wrong_is_not_told_apart(store: Store) -> None:
    """A wrong password, an unknown account, a disabled one: nobody is let in."""
    sessions = Sessions(store, FakeClock(), hours=1.0)
    assert sessions.begin("ada", "wrong horse battery") is None
    assert sessions.begin("eve", PASSWORD) is None
    token = sessions.begin("ada", PASSWORD)
    assert token is not None
    with store.writing() as session:
        ada = session.get(Account, "ada")
        assert ada is not None
        ada.enabled = False
    assert sessions.find(token) is None  # whoever disabled it, and however
    assert sessions.begin("ada", PASSWORD) is None


def test_a_disabled_account_is_signed_in_nowhere(store: Store) -> None:
    """Its sessions end with it, and do not come back when it is enabled again."""
    sessions = Sessions(store, FakeClock(), hours=1.0)
    token = sessions.begin("ada", PASSWORD)
    assert token is not None
    with store.writing() as session:
        register.disable(session, "ada")
    with store.writing() as session:
        register.enable(session, "ada")
    assert sessions.find(token) is None
    assert sessions.begin("ada", PASSWORD) is not None


def test_a_new_password_and_signing_out_end_sessions(store: Store) -> None:
    """Whoever signed in by the old password must sign in again."""
    sessions = Sessions(store, FakeClock(), hours=1.0)
    first_token, second_token = sessions.begin("ada", PASSWORD), sessions.begin("ada", PASSWORD)
    assert first_token is not None
    assert second_token is not None
    sessions.end(first_token)
    assert sessions.find(first_token) is None
    assert sessions.find(second_token) is not None
    with store.writing() as session:
        register.set_password(session, "ada", "another good password")
    assert sessions.find(second_token) is None


def test_the_first_account_is_made_once(home: Path) -> None:
    """An operator, whose password lies in a file that its owner alone may read; never another one beside accounts."""
    with closing(open_store(load_settings().desks)) as store:
        file = first.ensure(store, home)
        assert file is not None
        name, password = file.read_text(encoding="utf-8").split()
        assert name == "operator"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert Sessions(store, FakeClock(), hours=1.0).begin(name, password) is not None
        assert first.ensure(store, home) is None


def test_a_password_is_kept_as_argon2() -> None:
    """Slow, salted, and neither too short nor without bound."""
    kept = hashed(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert kept != hashed(PASSWORD)
    assert fits(PASSWORD, kept)
    assert not fits(PASSWORD, None)
    assert not fits(PASSWORD, "no hash")
    assert not fits("x" * 1_001, kept)
    with pytest.raises(UsageError, match="12 to 1000 characters"):
        hashed("too short")


def test_each_role_may_what_it_is_for() -> None:
    """What each role may do, in full; a clerk sees what lies at the own desk or was classified for it."""
    assert {
        role: sorted(each for each in Permission if Person("x", role, ()).may(each)) for role in Role
    } == {
        Role.READER: ["see"],
        Role.CLERK: ["act", "see", "upload"],
        Role.REVIEWER: ["act", "review", "see", "upload"],
        Role.OPERATOR: ["act", "operate", "review", "see", "upload"],
    }
    clerk = Person("ada", Role.CLERK, ("sales",))
    seen = [
        clerk.sees("sales", "procurement"),
        clerk.sees("review", "sales"),
        clerk.sees("review", "procurement"),
    ]
    assert seen == [True, True, False]
    assert Person("rosa", Role.READER).sees("review", "procurement")


@pytest.mark.parametrize(
    ("person", "message"),
    [
        (Person("", Role.READER), "one printable word"),
        (Person("a b", Role.READER), "one printable word"),
        (Person("ada", Role.CLERK), "a clerk works for a department"),
        (Person("ada", Role.READER, ("sales",)), "sees all departments"),
        (Person("ada", Role.CLERK, ("nowhere",)), "no department 'nowhere'"),
    ],
)
def test_an_account_makes_sense(store: Store, person: Person, message: str) -> None:
    """What cannot be right is refused, with what can be."""
    with pytest.raises(UsageError, match=message), store.writing() as session:
        register.add(session, person, PASSWORD, ["sales"])
