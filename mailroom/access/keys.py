"""A key: 256 random bits with a public name before them; what is kept of it is its SHA-256.

A slow hash protects passwords, which people choose and reuse. Of 256 random bits nobody tries a noticeable share, so
that one SHA-256 is as good, and a door can look at every request.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from mailroom.access.scopes import Scope
from mailroom.streams.clock import parse_rfc3339

PREFIX = "mr"
_KEY = re.compile(rf"{PREFIX}_(?P<id>[0-9a-f]{{12}})_[A-Za-z0-9_-]{{43}}")
_NOBODY = hashlib.sha256(b"nobody").hexdigest()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key, without the key.

    Attributes:
        id: Its public name, 12 hex digits; may stand in logs.
        name: What a person calls it.
        scopes: What it allows.
        sha256: Hex digest of the whole key.
        created_at: RFC 3339 time.
        expires_at: RFC 3339 time from which it is worth nothing; None for never.
        revoked_at: RFC 3339 time at which it was revoked; None where it was not.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    sha256: str
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None

    def is_valid(self, now: float) -> bool:
        """Whether it is worth anything.

        Args:
            now: Seconds since the epoch.
        """
        expired = self.expires_at is not None and now >= parse_rfc3339(self.expires_at)
        return self.revoked_at is None and not expired


def new_key(
    name: str, scopes: Collection[Scope], created_at: str, expires_at: str | None = None
) -> tuple[str, ApiKey]:
    """A fresh key, to be shown once, and what is kept of it."""
    identifier = secrets.token_hex(6)
    key = f"{PREFIX}_{identifier}_{secrets.token_urlsafe(32)}"
    ordered = tuple(scope for scope in Scope if scope in scopes)
    return key, ApiKey(identifier, name, ordered, digest(key), created_at, expires_at)


def presented(api_key: str, authorization: str) -> str:
    """What a caller shows as its key, whatever it is worth; empty for nothing.

    Args:
        api_key: The header `x-api-key`.
        authorization: The header `authorization`; `Bearer KEY`.
    """
    scheme, _, credentials = authorization.strip().partition(" ")
    return api_key.strip() or (credentials.strip() if scheme.lower() == "bearer" else "")


def digest(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def id_of(presented: str) -> str | None:
    """The public name within something that has a key's form; None for anything else."""
    match = _KEY.fullmatch(presented)
    return None if match is None else match["id"]


def fits(presented: str, key: ApiKey | None) -> bool:
    """Whether what was presented is that key, in a time that tells nothing.

    Args:
        presented: By a caller; may be anything.
        key: The one of that name; where there is none, the comparison is made all the same.
    """
    expected = _NOBODY if key is None else key.sha256
    return hmac.compare_digest(digest(presented), expected) and key is not None
