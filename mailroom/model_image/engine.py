"""A Docker engine, as far as images are built on it.

This, `containers.py` and `registries.py` are the modules that know Docker's library.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from mailroom.model_image.errors import BuildFailed, DockerMissing
from mailroom.progress import Show

SECONDS = 1800
"""What the engine may take to answer: a layer of libraries is quiet until it is done."""

_STEP = re.compile(r"Step (\d+)/(\d+) : (.*)")


class Engine:
    """Builds images; made by `connect`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def api(self) -> Any:
        """Docker's low-level client, for the modules beside this one."""
        return self._client

    def build_sources(
        self, folder: Path, dockerfile: str, tag: str, arguments: Mapping[str, str], show: Show
    ) -> str:
        """Build an image from a folder, without what its `.dockerignore` leaves out.

        Returns:
            The image's id.

        Raises:
            BuildFailed: The engine says why.
        """
        return self._build(show, path=str(folder), dockerfile=dockerfile, tag=tag, buildargs=dict(arguments))

    def build_archive(self, context: IO[bytes], tag: str, labels: Mapping[str, str], show: Show) -> str:
        """Build an image from a tar of its files and Dockerfile; see `build_sources`."""
        return self._build(show, fileobj=context, custom_context=True, tag=tag, labels=dict(labels))

    def size(self, image: str) -> int:
        """An image's size in bytes."""
        return int(self._client.inspect_image(image)["Size"])

    def _build(self, show: Show, **what: Any) -> str:
        from docker.errors import DockerException  # noqa: PLC0415 - `connect` has shown that it is there

        try:
            return followed(self._client.build(**what, rm=True, forcerm=True, decode=True), show)
        except (DockerException, OSError) as error:
            raise BuildFailed(f"the engine would not build the image: {told(error)}") from error


def connect() -> Engine:
    """The engine that `DOCKER_HOST` names, else this machine's.

    Raises:
        DockerMissing: None answers, or the library is not installed.
    """
    try:
        import docker  # noqa: PLC0415 - an image is rarely built
    except ImportError as error:
        raise DockerMissing("Docker's library is not installed: install Mailroom's extra `image`") from error
    try:
        client = docker.from_env(timeout=SECONDS).api
        client.ping()
    except docker.errors.DockerException as error:
        raise DockerMissing(
            f"no Docker engine answers ({told(error)}): start one, or let DOCKER_HOST name it"
        ) from error
    return Engine(client)


def followed(events: Iterable[Mapping[str, Any]], show: Show) -> str:
    """Follow a build to its end.

    Args:
        events: What the engine says, piece by piece.
        show: Told of every step.

    Returns:
        The image's id.

    Raises:
        BuildFailed: A step failed.
    """
    image, said = "", ""
    for event in events:
        if "error" in event:
            raise BuildFailed(f"the image was not built: {event['error'].strip()}{said and f' ({said})'}")
        image = event.get("aux", {}).get("ID", image)
        text = event.get("stream", "").strip()
        if step := _STEP.match(text):
            show(int(step[1]) - 1, int(step[2]), step[3])
        said = text.splitlines()[-1] if text else said
    if not image:
        raise BuildFailed("the engine ended without an image: see its log")
    return image


def told(error: BaseException) -> str:
    """The engine's own words, where the library wraps them."""
    return str(getattr(error, "explanation", None) or error).strip().splitlines()[0]
