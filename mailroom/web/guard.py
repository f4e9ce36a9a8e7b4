"""Who may ask: the key of a request, its scope, and how often it may come."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from mailroom.access.errors import KeysUnusable
from mailroom.access.key_ring import KeyRing
from mailroom.access.keys import ApiKey, presented
from mailroom.access.scopes import Scope
from mailroom.web.http import CLOSE, RETRY_LATER, Header, Request, RequestRefused

CHALLENGE: Header = (b"www-authenticate", b'Bearer realm="mailroom"')
OTHER_SITES = frozenset({"cross-site", "same-site"})
"""What a browser says of a request that a page from elsewhere makes (Fetch Metadata); programs say nothing."""

NO_LOOK_UP = "keys cannot be looked up now: the log of this service says the mend to whoever runs it"
NO_KEY = (
    "no valid key came with this request: send one as `x-api-key: KEY` or `authorization: Bearer KEY`; "
    "`mailroom keys create` makes them"
)


class Rates(Protocol):
    """Counts requests."""

    def spend(self, who: str) -> int:
        """Count one request; 0 where it is allowed, else the seconds after which the next one is."""
        ...


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets requests in.

    Attributes:
        keys: Those it asks for; None lets everybody in.
        rates: How often each key may come, or each address where there are no keys.
        strangers: How often an address may come without a valid key.
    """

    keys: KeyRing | None = None
    rates: Rates | None = None
    strangers: Rates | None = None

    def admit(self, request: Request, scope: Scope) -> None:
        """Let a request in, and note whose it is.

        Args:
            request: Gets its `caller`.
            scope: What its key must be good for.

        Raises:
            RequestRefused: 401 without a valid key, the same for all that is wrong with it; 403 where the key is not
                good for this; 429 where it comes too often; 503 where keys cannot be looked up.
        """
        if self.keys is None:
            refuse_other_sites(request)
            spend(self.rates, f"address:{address(request)}")
            return
        key = self._owner(self.keys, request)
        if key is None:
            spend(self.strangers, address(request))
            raise RequestRefused(401, NO_KEY, (CHALLENGE, *CLOSE))
        spend(self.rates, f"key:{key.id}")
        if scope not in key.scopes:
            message = f"this key is not good for {scope}: ask for one that is"
            raise RequestRefused(403, message, CLOSE)
        request.caller = key.id

    @staticmethod
    def _owner(keys: KeyRing, request: Request) -> ApiKey | None:
        try:
            return keys.owner(presented(request.header(b"x-api-key"), request.header(b"authorization")))
        except KeysUnusable as error:  # what is wrong with which file is no stranger's affair
            structlog.get_logger().error("keys cannot be looked up", cause=str(error))
            raise RequestRefused(503, NO_LOOK_UP, (*RETRY_LATER, *CLOSE)) from error


OPEN = Guard()
"""Lets everybody in."""


def refuse_other_sites(request: Request) -> None:
    """Where no key is asked for, refuse what a page of another site lets a browser of this machine send.

    Raises:
        RequestRefused: 403.
    """
    if request.header(b"sec-fetch-site") in OTHER_SITES:
        raise RequestRefused(403, "pages of other sites may not ask: send this from a program", CLOSE)


def address(request: Request) -> str:
    """The caller's address."""
    client = request.scope.get("client")
    return str(client[0]) if client else "unknown"


def spend(rates: Rates | None, who: str) -> None:
    """Count a request.

    Raises:
        RequestRefused: 429 where there have been too many.
    """
    wait = 0 if rates is None else rates.spend(who)
    if wait:
        message = f"too many requests: wait {wait} s"
        raise RequestRefused(429, message, ((b"retry-after", b"%d" % wait), *CLOSE))
