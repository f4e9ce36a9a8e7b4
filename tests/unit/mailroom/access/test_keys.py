"""Keys, and what is kept of them."""

import re
from hmac import compare_digest
from typing import Any

import pytest

from mailroom.access.keys import ApiKey, fits, id_of, new_key, presented
from mailroom.access.scopes import Scope

AT = "2026-01-01T00:00:00.000Z"
NEW_YEAR = 1_767_225_600.0


def test_a_key_is_random_and_only_its_hash_is_kept() -> None:
    """Two keys of one name differ in 256 bits; what is kept has neither."""
    (first, kept), (second, _) = (new_key("scanner", [Scope.WRITE_DOCUMENTS], AT) for _ in range(2))
    assert re.fullmatch(r"mr_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", first)
    assert first.split("_", 2)[2] != second.split("_", 2)[2]
    assert first.split("_", 2)[2] not in repr(kept)
    assert (kept.id, id_of(first)) == (first[3:15], first[3:15])


def test_only_the_key_itself_fits() -> None:
    """A key fits what was kept of it; one letter changed, it does not; nothing fits nobody."""
    key, kept = new_key("scanner", [Scope.WRITE_DOCUMENTS], AT)
    other = key[:-1] + ("A" if key[-1] != "A" else "B")
    assert [fits(key, kept), fits(other, kept), fits(key, None), fits("", None)] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.security
def test_an_unknown_key_is_compared_as_long_as_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether there is a key of that name or not, one comparison in constant time is made of equally long digests."""
    compared: list[tuple[int, int]] = []

    def compare(one: Any, other: Any) -> bool:
        compared.append((len(one), len(other)))
        return compare_digest(one, other)

    key, kept = new_key("scanner", [Scope.WRITE_DOCUMENTS], AT)
    monkeypatch.setattr("hmac.compare_digest", compare)
    fits(key[:-1] + "-", kept)
    fits(key, None)
    fits("nonsense", None)
    assert compared == [(64, 64)] * 3


@pytest.mark.parametrize(
    ("times", "valid"),
    [
        ({}, True),
        ({"expires_at": "2026-01-01T00:00:00.001Z"}, True),
        ({"expires_at": AT}, False),
        ({"revoked_at": AT}, False),
    ],
)
def test_a_key_is_worth_nothing_once_expired_or_revoked(times: dict[str, str], *, valid: bool) -> None:
    """The moment it expires it is over; a revoked one is over for ever."""
    assert ApiKey("a", "n", (), "0" * 64, AT, **times).is_valid(NEW_YEAR) is valid


@pytest.mark.parametrize(
    ("api_key", "authorization", "shown"),
    [
        (" k ", "", "k"),
        ("", "Bearer k", "k"),
        ("", "bearer  k ", "k"),
        ("", "Basic k", ""),
        ("", "Bearer", ""),
        ("one", "Bearer other", "one"),
    ],
)
def test_a_key_is_shown_in_two_ways(api_key: str, authorization: str, shown: str) -> None:
    """As `x-api-key`, which goes first, or as a bearer's credential."""
    assert presented(api_key, authorization) == shown
