"""What may listen where."""

from pathlib import Path

import pytest

from mailroom.access import key_file
from mailroom.access.guarding import is_loopback, ring_for
from mailroom.access.keys import new_key
from mailroom.access.scopes import Scope
from mailroom.contracts.errors import UsageError
from mailroom.settings import AccessSettings, load_settings

pytestmark = pytest.mark.security

EVERYWHERE = "0.0.0.0"  # noqa: S104 - that is what is guarded


def make(file: Path) -> str:
    """A file with one key."""
    key, kept = new_key("a", tuple(Scope), "2026-01-01T00:00:00.000Z")
    key_file.change(file, lambda known: (*known, kept))
    return key


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("LocalHost", True),
        (EVERYWHERE, False),
        ("::", False),
        ("10.0.0.7", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("", False),
    ],
)
def test_only_addresses_of_this_machine_are_its_own(host: str, *, loopback: bool) -> None:
    """What is not known to be this machine is taken for all the world."""
    assert is_loopback(host) is loopback


def test_nothing_is_open_to_other_machines_by_default(home: Path) -> None:
    """Without keys a door beyond loopback is refused with all mends; on loopback it asks for none."""
    with pytest.raises(UsageError) as caught:
        ring_for(AccessSettings(), EVERYWHERE, "the HTTP door")
    for mend in ("mailroom keys create", "127.0.0.1", "access.open"):
        assert mend in str(caught.value)
    assert ring_for(AccessSettings(), "127.0.0.1", "the HTTP door") is None


def test_a_network_may_guard_it(home: Path) -> None:
    """With `access.open` nobody asks for this user's own keys; those that the settings name are asked for."""
    key = make(home / "keys.json")
    assert ring_for(AccessSettings(open=True), EVERYWHERE, "a door") is None
    named = ring_for(AccessSettings(open=True, keys=str(home / "keys.json")), EVERYWHERE, "a door")
    assert named is not None
    assert named.owner(key) is not None


def test_this_users_keys_are_asked_for(home: Path) -> None:
    """Keys at home are asked for beyond loopback; on loopback by those doors that want them."""
    make(home / "keys.json")
    assert ring_for(AccessSettings(), EVERYWHERE, "a door", ours_on_loopback=False) is not None
    assert ring_for(AccessSettings(), "127.0.0.1", "a door") is not None
    assert ring_for(AccessSettings(), "127.0.0.1", "a door", ours_on_loopback=False) is None


def test_a_secret_may_hold_the_keys(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `MAILROOM_ACCESS__KEYS_FILE` names is the file of keys, mounted as a secret whatever its mode."""
    key = make(tmp_path / "secret")
    (tmp_path / "secret").chmod(0o444)
    monkeypatch.setenv("MAILROOM_ACCESS__KEYS_FILE", str(tmp_path / "secret"))
    ring = ring_for(load_settings().access, EVERYWHERE, "a door")
    assert ring is not None
    assert ring.owner(key) is not None
    assert ring.owner(key + "x") is None
