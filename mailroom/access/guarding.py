"""Whether what listens may listen there: beyond this machine with keys, or where the network is said to guard it."""

import ipaddress
from pathlib import Path

from mailroom.access import key_ring
from mailroom.access.key_ring import KeyRing
from mailroom.contracts.errors import UsageError
from mailroom.settings import AccessSettings, home

SETTING = "setting access.keys"


def default_file() -> Path:
    """Where the keys of this user's system are."""
    return home() / "keys.json"


def chosen_file(access: AccessSettings) -> Path:
    """The file of keys that the settings name, else this user's.

    Raises:
        UsageError: The settings hold the keys themselves.
    """
    if access.keys is None:
        return default_file()
    if _is_content(access.keys):
        raise UsageError(f"{SETTING} holds the keys themselves: name their file with --file")
    return Path(access.keys)


def ring_for(
    access: AccessSettings, host: str, what: str, *, ours_on_loopback: bool = True
) -> KeyRing | None:
    """The keys that a door asks for; None where it asks for none.

    Keys that the settings name are asked for wherever the door listens. Else those of this user's own file are, where
    there is one, unless the network is said to guard the door. Without any, only this machine may be let in.

    Args:
        access: The settings.
        host: The address that the door listens at.
        what: The door's name, for a person.
        ours_on_loopback: Whether this user's own file counts for a door that other machines cannot reach.

    Raises:
        UsageError: Other machines could come in and nobody would ask them for a key.
        KeysUnusable: The keys cannot be read, or not be trusted.
    """
    if access.keys is not None:
        if _is_content(access.keys):
            return key_ring.of_content(access.keys, SETTING)
        return key_ring.of_file(Path(access.keys))
    loopback = is_loopback(host)
    if default_file().exists() and not access.open and (ours_on_loopback or not loopback):
        return key_ring.of_file(default_file())
    if not loopback and not access.open:
        raise UsageError(
            f"{what} would be open to other machines at {host} without asking for a key: make one with "
            "`mailroom keys create`, or listen at 127.0.0.1, or set access.open to true "
            "(MAILROOM_ACCESS__OPEN=true) where the network guards it"
        )
    return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; a name other than `localhost` may mean anything."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_content(keys: str) -> bool:
    return keys.lstrip().startswith("{")
