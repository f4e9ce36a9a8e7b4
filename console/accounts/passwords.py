"""Passwords: Argon2id (RFC 9106), a few at a time, in a time that does not tell whether there is such an account."""

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from mailroom.contracts.errors import UsageError

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 1_000
"""What is hashed for a stranger is bounded."""

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_AT_A_TIME = threading.BoundedSemaphore(2)
"""Each takes 64 MiB: many who sign in at once wait, rather than take the memory of everything else."""


def hashed(password: str) -> str:
    """What is kept of a password.

    Raises:
        UsageError: It is too short, or far too long.
    """
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise UsageError(f"a password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters: choose another")
    with _AT_A_TIME:
        return _HASHER.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one.

    Args:
        password: As typed.
        kept: What is kept of the account's; where there is no account, as much work is done all the same.
    """
    if len(password) > MOST_CHARACTERS:
        return False
    with _AT_A_TIME:
        try:
            return _HASHER.verify(kept or _nobodys(), password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def generated() -> str:
    """A password that nobody guesses: 120 random bits."""
    return secrets.token_urlsafe(15)


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe())
