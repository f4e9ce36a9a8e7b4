"""From a model package to an image that serves it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import UsageError
from mailroom.model_image.context import DOCKERFILE, package_context, sources
from mailroom.model_image.engine import Engine, connect
from mailroom.model_image.reference import checked
from mailroom.model_package import Manifest, load
from mailroom.progress import Report, line, shown

SERVICE = "mailroom-classifier"
"""The image of the service without a package."""

NO_OCR = {"OCR_LANGUAGES": ""}


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image with a package in it.

    Attributes:
        tag: Its name.
        id: Its digest.
        size_bytes: Of all its layers.
        base: The service's image below it.
        model: The package's manifest.
    """

    tag: str
    id: str
    size_bytes: int
    base: str
    model: Manifest

    def told(self) -> dict[str, Any]:
        """As JSON-serialisable values."""
        model = {"name": self.model.name, "version": self.model.version, "digest": self.model.digest}
        return {
            "image": self.tag,
            "id": self.id,
            "size_bytes": self.size_bytes,
            "base": self.base,
            "model": model,
        }


def build_image(
    package: Path,
    tag: str,
    *,
    base: str | None = None,
    ocr: bool = True,
    report: Report = line,
    engine: Callable[[], Engine] = connect,
) -> BuiltImage:
    """Build an image that serves a package; nothing is built of a package that is not what its manifest says.

    Args:
        package: The package's folder.
        tag: The image's name.
        base: The service's image; built from this project's sources if not given.
        ocr: Whether that image reads scanned pages.
        report: Told what is done, where nobody looks at a terminal.
        engine: Makes the connection.

    Raises:
        UsageError: The name is none, or there are no sources to build from.
        PackageError: The package must not be used.
        DockerMissing: No engine answers.
        BuildFailed: The engine could not build.
    """
    checked(tag)
    _require_one_way(base, ocr=ocr)
    sound = load(package)
    sound.check_golden()
    docker = engine()
    base = checked(base) if base else build_service(docker, ocr=ocr, report=report)
    with package_context(package, sound.manifest, base) as context, shown(f"building {tag}", report) as show:
        image = docker.build_archive(context, tag, labels(sound.manifest), show)
    return BuiltImage(tag, image, docker.size(image), base, sound.manifest)


def build_service(engine: Engine, *, ocr: bool, report: Report = line) -> str:
    """Build the service's image from this project's sources, without a package; what did not change is not built again.

    Returns:
        Its id, which no other build can take from it.

    Raises:
        UsageError: There are no sources.
        BuildFailed: The engine could not build.
    """
    tag = SERVICE if ocr else f"{SERVICE}:texts"
    report(f"building {tag} (some minutes the first time)")
    with shown(f"building {tag}", report) as show:
        return engine.build_sources(sources(), DOCKERFILE, tag, {} if ocr else NO_OCR, show)


def require_engine(tag: str) -> None:
    """Say before long work that an image of this name cannot be built at its end; raises as `build_image` does."""
    checked(tag)
    sources()
    connect()


def labels(manifest: Manifest) -> dict[str, str]:
    """What an image says of itself: the standard annotations of OCI, and its model."""
    return {
        "org.opencontainers.image.title": manifest.name,
        "org.opencontainers.image.version": version("mailroom"),
        "mailroom.model.name": manifest.name,
        "mailroom.model.version": manifest.version,
        "mailroom.model.kernel": manifest.kernel,
        "mailroom.model.input": manifest.input_kind,
        "mailroom.model.digest": manifest.digest,
    }


def _require_one_way(base: str | None, *, ocr: bool) -> None:
    if base and not ocr:
        raise UsageError("--base names an image that is built already: leave --no-ocr out")
