"""Containers of a model's image on this machine: started on the loopback alone, gone at the end whatever happens."""

import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mailroom.model_image.context import MODEL_FOLDER
from mailroom.model_image.engine import Engine, told
from mailroom.model_image.errors import ContainerFailed

PORT = 8080
"""The REST door's, in the image."""
LABEL = {"mailroom.container": "gate"}
"""By which a container that a killed process left behind can be found."""


class ServingContainer:
    """A container that serves a model; made by `serving`.

    Args:
        engine: Where it runs.
        id: Docker's name for it.
    """

    def __init__(self, engine: Engine, id: str) -> None:  # noqa: A002 - Docker's own name for it
        self._api = engine.api
        self.id = id

    @property
    def address(self) -> str:
        """Where its door will answer; empty once it has ended."""
        published = self._inspected()["NetworkSettings"]["Ports"].get(f"{PORT}/tcp")
        return f"http://127.0.0.1:{published[0]['HostPort']}" if published else ""

    def running(self) -> bool:
        """Whether it has not ended."""
        return bool(self._inspected()["State"]["Running"])

    def said(self) -> str:
        """The last lines that it printed."""
        return str(self._api.logs(self.id, tail=20).decode(errors="replace"))

    def memory_bytes(self) -> int:
        """Memory in use, without what the kernel would give back: `docker stats` counts the same."""
        usage = self._api.stats(self.id, stream=False, one_shot=True)["memory_stats"]
        details = usage.get("stats", {})
        reclaimable = details.get(
            "total_inactive_file", details.get("inactive_file", 0)
        )  # cgroup 1, cgroup 2
        return int(usage["usage"]) - int(reclaimable)

    def run(self, command: Sequence[str]) -> tuple[int, str]:
        """Run a command in it; exit status, and what it wrote to standard output."""
        process = self._api.exec_create(self.id, list(command), stdout=True, stderr=True)["Id"]
        output, _ = self._api.exec_start(process, demux=True)
        return int(self._api.exec_inspect(process)["ExitCode"]), (output or b"").decode(errors="replace")

    def _inspected(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._api.inspect_container(self.id)
        return found


@contextmanager
def serving(engine: Engine, image: str, environment: Mapping[str, str]) -> Iterator[ServingContainer]:
    """A container of an image, its door on a free port of the loopback, its root file system read-only.

    Raises:
        ContainerFailed: The engine would not start it.
    """
    api = engine.api
    with _translated(image):
        configuration = api.create_host_config(port_bindings={PORT: ("127.0.0.1", None)}, read_only=True)
        made = api.create_container(
            image,
            ["serve"],
            ports=[PORT],
            environment=dict(environment),
            host_config=configuration,
            labels=LABEL,
        )
    container = ServingContainer(engine, made["Id"])
    try:
        with _translated(image):
            api.start(container.id)
        yield container
    finally:
        _remove(engine, container.id)


def copy_package(engine: Engine, image: str, folder: Path) -> None:
    """Copy the model package out of an image, without starting anything of it.

    Args:
        engine: Where the image is.
        image: Its name or id.
        folder: Where to; gets the files of the package.

    Raises:
        ContainerFailed: There is no such image, or no package in it.
    """
    api = engine.api
    with _translated(image):
        made = api.create_container(image, ["serve"], labels=LABEL)["Id"]
    try:
        with _translated(f"{image}, folder {MODEL_FOLDER}"):
            stream, _ = api.get_archive(made, f"{MODEL_FOLDER}/.")
            content = io.BytesIO(b"".join(stream))
    finally:
        _remove(engine, made)
    with tarfile.open(fileobj=content) as archive:
        archive.extractall(folder, filter="data")


def architecture(engine: Engine, image: str) -> str:
    """What an image runs on, such as `linux/amd64`.

    Raises:
        ContainerFailed: There is no such image.
    """
    with _translated(image):
        found = engine.api.inspect_image(image)
    return f"{found['Os']}/{found['Architecture']}"


def own_architecture(engine: Engine) -> str:
    """What this engine's machine is, in the same words."""
    version = engine.api.version()
    return f"{version['Os']}/{version['Arch']}"


def forget(engine: Engine, tag: str) -> None:
    """Remove a name of an image, and the image if it has no other."""
    from docker.errors import ImageNotFound  # noqa: PLC0415

    with _translated(tag), suppress(ImageNotFound):
        engine.api.remove_image(tag)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    from docker.errors import DockerException, ImageNotFound, NotFound  # noqa: PLC0415 - `connect` has it

    try:
        yield
    except (ImageNotFound, NotFound) as error:
        raise ContainerFailed(f"{what}: the engine has no such thing: build or pull it first") from error
    except (DockerException, OSError) as error:
        raise ContainerFailed(f"{what}: the engine would not: {told(error)}") from error


def _remove(engine: Engine, container: str) -> None:
    from docker.errors import NotFound  # noqa: PLC0415

    with suppress(NotFound):  # somebody was quicker
        engine.api.remove_container(container, force=True, v=True)
