"""Registries of images: reached, pushed to, pulled from."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mailroom.contracts.errors import UsageError
from mailroom.model_image.engine import Engine, told
from mailroom.model_image.errors import RegistryFailed
from mailroom.model_image.reference import checked

Credentials = Mapping[str, str]
"""`username` and `password`; None leaves it to what `docker login` kept."""

SECONDS = 10.0
_LOCAL = re.compile(r"(localhost|127(\.[0-9]+){3})(:[0-9]+)?")
_DIGEST = re.compile(r"[^@]+@sha256:[0-9a-f]{64}")


def host_of(repository: str) -> str:
    """The registry that a repository is in, as Docker reads its name; empty for Docker's own.

    Raises:
        UsageError: It is no name of a repository, or has a tag.
    """
    first, slash, rest = checked(repository).partition("/")
    if ":" in (rest if slash else first):
        raise UsageError(
            f"{repository!r} has a tag: name the repository alone, the tag is the package's digest"
        )
    return first if slash and (first == "localhost" or set(first) & set(".:")) else ""


def require_registry(repository: str) -> None:
    """Ask a registry whether it is there, before long work whose end it is.

    Raises:
        RegistryFailed: Nobody answers, or what answers is none.
    """
    import urllib3  # noqa: PLC0415

    host = host_of(repository)
    if not host:
        return
    address = f"{'http' if _LOCAL.fullmatch(host) else 'https'}://{host}/v2/"
    try:
        answer = urllib3.request("GET", address, timeout=SECONDS, retries=False)
    except urllib3.exceptions.HTTPError as error:
        raise RegistryFailed(
            f"the registry {host} does not answer ({type(error).__name__}): start it, or name another --repository"
        ) from error
    if answer.status not in {200, 401}:  # 401: it asks who we are, which pushing tells
        raise RegistryFailed(f"{host} is no registry of images (status {answer.status}): name another")


def push(engine: Engine, image: str, repository: str, tag: str, credentials: Credentials | None) -> str:
    """Push an image; what the registry has already is not sent again.

    Args:
        engine: Where the image is.
        image: Its id.
        repository: Where to.
        tag: Its name there.
        credentials: Who pushes.

    Returns:
        `repository@sha256:…`: the registry's own name for exactly this image.

    Raises:
        RegistryFailed: It did not take it whole.
    """
    from docker.errors import DockerException  # noqa: PLC0415

    try:
        engine.api.tag(image, repository, tag)
        events = engine.api.push(
            repository, tag, stream=True, decode=True, auth_config=dict(credentials) if credentials else None
        )
        return f"{repository}@{_digest(events, repository)}"
    except (DockerException, OSError) as error:
        raise RegistryFailed(f"{repository}: the engine would not push: {told(error)}; try again") from error


def pull(engine: Engine, reference: str, credentials: Credentials | None) -> str:
    """An image by its digest, fetched unless the engine has it.

    Args:
        engine: Where to.
        reference: `repository@sha256:…`.
        credentials: Who pulls.

    Returns:
        Its id.

    Raises:
        UsageError: It names no digest.
        RegistryFailed: It cannot be had.
    """
    from docker.errors import DockerException, ImageNotFound  # noqa: PLC0415

    if not _DIGEST.fullmatch(reference):
        raise UsageError(f"{reference!r} is no image by its digest: say it like repository@sha256:…")
    try:
        return _id(engine, reference)
    except ImageNotFound:
        pass  # fetched below
    try:
        repository, _, digest = reference.partition("@")
        engine.api.pull(repository, digest, auth_config=dict(credentials) if credentials else None)
        return _id(engine, reference)
    except (DockerException, OSError) as error:
        raise RegistryFailed(f"{reference} cannot be pulled: {told(error)}") from error


def _id(engine: Engine, reference: str) -> str:
    return str(engine.api.inspect_image(reference)["Id"])


def _digest(events: Iterable[Mapping[str, Any]], repository: str) -> str:
    digest = ""
    for event in events:
        if "error" in event:
            reason = " ".join(str(event["error"]).split())[:300]
            raise RegistryFailed(
                f"{repository}: the registry did not take the image: {reason}; nothing was released, try again"
            )
        digest = event.get("aux", {}).get("Digest", digest)
    if not digest:
        raise RegistryFailed(f"{repository}: the registry told no digest; nothing was released, try again")
    return digest
