"""Containers of tests: on this machine's loopback alone, and gone at the end whatever happens."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# testcontainers reads these once. Its own reaper is an image that few machines have: `started` removes what it starts.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")

from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

LABEL = {"mailroom.test": "true"}
"""By which a container that a killed test run left behind can be found."""


@dataclass(frozen=True)
class Running:
    """A container that was started.

    Attributes:
        engine: Docker's view of it.
        outer: testcontainers' view of it.
    """

    engine: Any
    outer: DockerContainer

    def url(self, path: str, port: int = 8080) -> str:
        """An address of its door on this machine."""
        return f"http://127.0.0.1:{self.outer.get_exposed_port(port)}{path}"

    @property
    def health(self) -> str:
        """What its own health check says: `starting`, `healthy` or `unhealthy`."""
        self.engine.reload()
        return str(self.engine.attrs["State"]["Health"]["Status"])

    @property
    def said(self) -> str:
        """All that it has printed."""
        return str(self.engine.logs().decode())

    def ended(self, seconds: float = 60.0) -> int:
        """Wait for its end; its exit status."""
        return int(self.engine.wait(timeout=seconds)["StatusCode"])

    def stop(self, seconds: int) -> int:
        """Ask it to end, kill it after so many seconds; its exit status, 137 if it was killed."""
        self.engine.stop(timeout=seconds)
        return self.ended()


@contextmanager
def started(
    image: str,
    *command: str,
    ports: Sequence[int] = (),
    published: Mapping[int, int] | None = None,
    environment: Mapping[str, str] | None = None,
    volumes: Mapping[str, str] | None = None,
    network: Network | None = None,
    alias: str | None = None,
    read_only: bool = True,
    **more: Any,
) -> Iterator[Running]:
    """A container of an image; as the service is meant to be run, it may write to its volumes alone.

    Args:
        image: The image.
        command: What it is told, after its entry point.
        ports: Published, each on a free port of the loopback.
        published: Likewise, on the port of this machine that is given for each.
        environment: Variables.
        volumes: Folders of this machine that it sees, by the path where.
        network: Where other containers find it.
        alias: By which name.
        read_only: Whether its root file system is.
        more: For Docker.
    """
    container = DockerContainer(image).with_kwargs(read_only=read_only, labels=LABEL, **more)
    container = container.with_command(list(command)).with_envs(**(environment or {}))
    bindings: dict[int, int | None] = {**dict.fromkeys(ports), **(published or {})}
    opened: dict[str, Any] = container.ports
    for inside, outside in bindings.items():
        opened[f"{inside}/tcp"] = ("127.0.0.1", outside)
    for place, folder in (volumes or {}).items():
        container.with_volume_mapping(folder, place, "ro")
    if network is not None:
        container.with_network(network).with_network_aliases(*[alias] if alias else [])
    with container:
        yield Running(container.get_wrapped_container(), container)
