"""Which log a verb talks to: the embedded system, the composed one, or any broker by its address."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.contracts.topics import MAX_RECORD_BYTES
from mailroom.settings import Settings, home

EMBEDDED = "embedded"
COMPOSE = "compose"
KINESIS = "kinesis"
COMPOSE_PORT = "MAILROOM_KAFKA_PORT"
"""The variable by which the Compose file, too, knows the port that its log has on this machine."""

HELP = (
    "embedded, compose, kinesis, or host:port of a broker; by default what runs embedded, else the settings"
)

MAX_PORT = 65_535
HEADER_BYTES = 64 * 1024  # what a record has besides its document, generously


class NotRunning(MailroomError):
    """The embedded system was asked for and is not up."""


@dataclass(frozen=True, slots=True)
class Running:
    """Where the embedded system listens, and the object store it uses where that is not the settings' one."""

    bootstrap: str
    objects_uri: str | None = None


def running() -> Running | None:
    """The embedded system of this user, or None where none runs."""
    try:
        from mailroom.embedded import state  # noqa: PLC0415 - needs the embedded part's libraries
    except ImportError:  # a container that holds one part only
        return None
    found = state.running()
    if found is None:
        return None
    moved = Path(found.data) != home()
    return Running(found.bootstrap, f"file://{found.data}/objects" if moved else None)


def resolve(
    profile: str | None,
    settings: Settings,
    *,
    embedded: Callable[[], Running | None] = running,
    on_kinesis: bool = False,
) -> Settings:
    """The settings with the log that a profile names.

    Args:
        profile: `embedded`, `compose`, `kinesis`, `host:port[,host:port…]`, or None for Kinesis if the settings
            name it, else the embedded system if it is running, else what the settings say.
        settings: As they were read.
        embedded: Tells what runs.
        on_kinesis: Whether the caller can do its work there.

    Raises:
        NotRunning: `embedded` was asked for and nothing is up.
        UsageError: The profile is none of these, or Kinesis where only Kafka will do.
    """
    if profile == KINESIS or (profile is None and settings.log == KINESIS):
        return _kinesis(settings, on_kinesis=on_kinesis)
    settings = settings.model_copy(update={"log": "kafka"})
    if profile in (None, EMBEDDED):
        return _embedded(embedded(), settings, required=profile == EMBEDDED)
    if profile == COMPOSE:
        return _travelling_whole(
            _with(settings, _addresses(f"127.0.0.1:{os.environ.get(COMPOSE_PORT) or 9094}"))
        )
    return _with(settings, _addresses(str(profile)))


def _kinesis(settings: Settings, *, on_kinesis: bool) -> Settings:
    if not on_kinesis:
        raise UsageError("this verb works on Kafka alone, and the log is Kinesis: see docs/kinesis.md")
    return settings.model_copy(update={"log": KINESIS})


def _travelling_whole(settings: Settings) -> Settings:
    """Containers do not see the files of this machine: no document is left in its object store for them to fetch."""
    if not settings.objects.uri.startswith("file:"):
        return settings
    objects = settings.objects.model_copy(update={"inline_limit": MAX_RECORD_BYTES - HEADER_BYTES})
    return settings.model_copy(update={"objects": objects})


def _embedded(system: Running | None, settings: Settings, *, required: bool) -> Settings:
    if system is not None:
        return _with(settings, system.bootstrap, system.objects_uri)
    if required:
        raise NotRunning("nothing is running: start it with `mailroom up`")
    return settings


def _with(settings: Settings, bootstrap: str, objects_uri: str | None = None) -> Settings:
    kafka = settings.kafka.model_copy(update={"bootstrap": bootstrap})
    uri = objects_uri or settings.objects.uri
    return settings.model_copy(
        update={"kafka": kafka, "objects": settings.objects.model_copy(update={"uri": uri})}
    )


def _addresses(profile: str) -> str:
    addresses = [address.strip() for address in profile.split(",")]
    if not all(map(_is_address, addresses)):
        raise UsageError(f"no profile {profile!r}: say embedded, compose, kinesis, or host:port of a broker")
    return ",".join(addresses)


def _is_address(address: str) -> bool:
    host, colon, port = address.rpartition(":")
    return bool(host and colon and port.isascii() and port.isdecimal() and 0 < int(port) <= MAX_PORT)
