"""Which log a verb talks to: the embedded system, the composed one, or any broker by its address."""

from collections.abc import Callable

from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.settings import Settings

EMBEDDED = "embedded"
COMPOSE = "compose"
COMPOSE_BOOTSTRAP = "127.0.0.1:9094"
HELP = "embedded, compose, or host:port of a broker; by default the embedded system if it runs, else the settings"

MAX_PORT = 65_535


class NotRunning(MailroomError):
    """The embedded system was asked for and is not up."""


def embedded_bootstrap() -> str | None:
    """The address of the embedded broker, or None where no embedded system runs."""
    try:
        from mailroom.embedded.state import running  # noqa: PLC0415 - needs the embedded part's libraries
    except ImportError:  # a container that holds one part only
        return None
    state = running()
    return None if state is None else state.bootstrap


def resolve(
    profile: str | None, settings: Settings, *, embedded: Callable[[], str | None] = embedded_bootstrap
) -> Settings:
    """The settings with the log that a profile names.

    Args:
        profile: `embedded`, `compose`, `host:port[,host:port…]`, or None for the embedded system if it is running,
            else what the settings say.
        settings: As they were read.
        embedded: Tells the embedded broker's address, None where none runs.

    Raises:
        NotRunning: `embedded` was asked for and nothing is up.
        UsageError: The profile is none of these.
    """
    if profile is None:
        return with_bootstrap(settings, embedded() or settings.kafka.bootstrap)
    if profile == EMBEDDED:
        return with_bootstrap(settings, _required(embedded()))
    if profile == COMPOSE:
        return with_bootstrap(settings, COMPOSE_BOOTSTRAP)
    return with_bootstrap(settings, _addresses(profile))


def with_bootstrap(settings: Settings, bootstrap: str) -> Settings:
    """The same settings with another address of the log."""
    return settings.model_copy(update={"kafka": settings.kafka.model_copy(update={"bootstrap": bootstrap})})


def _required(bootstrap: str | None) -> str:
    if bootstrap is None:
        raise NotRunning("nothing is running: start it with `mailroom up`")
    return bootstrap


def _addresses(profile: str) -> str:
    addresses = [address.strip() for address in profile.split(",")]
    if not all(map(_is_address, addresses)):
        raise UsageError(f"no profile {profile!r}: say embedded, compose, or host:port of a broker")
    return ",".join(addresses)


def _is_address(address: str) -> bool:
    host, colon, port = address.rpartition(":")
    return bool(host and colon and port.isascii() and port.isdecimal() and 0 < int(port) <= MAX_PORT)
