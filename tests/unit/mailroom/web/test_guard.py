"""Who is let in, and how often."""

from typing import Any

import pytest

from mailroom.access.key_ring import KeyRing
from mailroom.access.keys import new_key
from mailroom.access.scopes import Scope
from mailroom.contracts.errors import UsageError
from mailroom.web.guard import Guard
from mailroom.web.http import Request, RequestRefused
from mailroom.web.rates import SlidingRates

pytestmark = pytest.mark.security

KEY, KEPT = new_key("scanner", [Scope.WRITE_DOCUMENTS], "2026-01-01T00:00:00.000Z")
RING = KeyRing(lambda: (KEPT,), lambda: None)


async def nothing() -> Any:
    """No body."""


def request(address: str = "10.0.0.1", **headers: str) -> Request:
    """A request of an address; underscores in names of headers are hyphens."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "client": (address, 5), "headers": pairs}, nothing, "r")


def refusal(guard: Guard, asked: Request, scope: Scope = Scope.WRITE_DOCUMENTS) -> RequestRefused:
    """How a request is refused."""
    with pytest.raises(RequestRefused) as caught:
        guard.admit(asked, scope)
    return caught.value


def test_a_key_lets_in_and_names_its_caller() -> None:
    """Whoever shows a key of the scope is let in, and known by the key's public name."""
    asked = request(x_api_key=KEY)
    Guard(RING).admit(asked, Scope.WRITE_DOCUMENTS)
    assert asked.caller == KEPT.id


def test_each_key_has_its_own_rate() -> None:
    """Above its rate a key gets 429 and when to come back; another is not concerned."""
    other, kept = new_key("archive", [Scope.WRITE_DOCUMENTS], "2026-01-01T00:00:00.000Z")
    guard = Guard(KeyRing(lambda: (KEPT, kept), lambda: None), SlidingRates("2/hour"))
    for _ in range(2):
        guard.admit(request(x_api_key=KEY), Scope.WRITE_DOCUMENTS)
    refused = refusal(guard, request(x_api_key=KEY))
    assert refused.status == 429
    assert 0 < int(dict(refused.headers)[b"retry-after"]) <= 3600
    guard.admit(request(x_api_key=other), Scope.WRITE_DOCUMENTS)


def test_who_tries_keys_is_slowed_down() -> None:
    """An address without a valid key may try so often; others, and those with keys, are not concerned."""
    guard = Guard(RING, strangers=SlidingRates("3/hour"))
    statuses = [refusal(guard, request(x_api_key=f"try-{number}")).status for number in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert refusal(guard, request("10.0.0.2", x_api_key="try")).status == 401
    guard.admit(request(x_api_key=KEY), Scope.WRITE_DOCUMENTS)


def test_without_keys_each_address_has_its_rate() -> None:
    """A door that asks for no keys counts addresses."""
    guard = Guard(None, SlidingRates("1/hour"))
    guard.admit(request(), Scope.WRITE_DOCUMENTS)
    assert refusal(guard, request()).status == 429
    guard.admit(request("10.0.0.2"), Scope.WRITE_DOCUMENTS)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_sites_may_not_ask(site: str) -> None:
    """A page that makes a browser of this machine send to an open door is refused; programs are let in."""
    assert refusal(Guard(), request(sec_fetch_site=site)).status == 403
    Guard().admit(request(), Scope.WRITE_DOCUMENTS)
    Guard().admit(request(sec_fetch_site="same-origin"), Scope.WRITE_DOCUMENTS)


def test_a_rate_that_is_none_is_told() -> None:
    """A typing error in the settings is found at the start."""
    with pytest.raises(UsageError, match="600/minute"):
        SlidingRates("often")
