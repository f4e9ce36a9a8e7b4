"""Who is signed in: a random token in a cookie, of which the database has the digest alone."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from console.accounts import passwords
from console.accounts.register import person_of
from console.accounts.roles import Person
from departments.store.engine import Store
from departments.store.tables import Account, BrowserSession
from mailroom.streams.clock import Clock


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that holds.

    Attributes:
        person: Whose it is, as the account says now.
        csrf: What every form must bring.
        expires_at: When it ends.
    """

    person: Person
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sessions:
    """Begins, finds and ends sessions.

    Attributes:
        store: Where they are.
        clock: Tells when they end.
        hours: How long they last.
    """

    store: Store
    clock: Clock
    hours: float

    def begin(self, name: str, password: str) -> str | None:
        """Sign in; the token, or None where name and password do not belong together, whatever the reason."""
        with self.store.reading() as session:
            account = session.get(Account, name)
            kept = account.password_hash if account is not None and account.enabled else None
        # Hashing takes a tenth of a second: no transaction waits for it.
        if not passwords.fits(password, kept):
            return None
        token, now = secrets.token_urlsafe(32), self._now()
        with self.store.writing() as session:
            session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now))
            session.add(
                BrowserSession(
                    token_hash=_digest(token),
                    account=name,
                    csrf=secrets.token_urlsafe(32),
                    created_at=now,
                    expires_at=now + timedelta(hours=self.hours),
                )
            )
        return token

    def find(self, token: str) -> SignedIn | None:
        """The session of a token; None where it is unknown, over, or its account is disabled."""
        with self.store.reading() as session:
            return self._found(session, token)

    def end(self, token: str) -> None:
        """Sign out."""
        with self.store.writing() as session:
            session.execute(delete(BrowserSession).where(BrowserSession.token_hash == _digest(token)))

    def _found(self, session: Session, token: str) -> SignedIn | None:
        query = (
            select(BrowserSession, Account)
            .join(Account, Account.name == BrowserSession.account)
            .where(BrowserSession.token_hash == _digest(token), Account.enabled)
        )
        row = session.execute(query).one_or_none()
        if row is None or row[0].expires_at <= self._now():
            return None
        return SignedIn(person_of(row[1]), row[0].csrf, row[0].expires_at)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now(), UTC)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
