"""What is compared: a package in a folder, or the package in an image."""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import UsageError
from mailroom.model_image.building import build_service, labels
from mailroom.model_image.containers import architecture, copy_package, forget, own_architecture
from mailroom.model_image.context import package_context
from mailroom.model_image.engine import Engine
from mailroom.model_image.reference import checked
from mailroom.model_package import (
    Manifest,
    Package,
    PackageError,
    PackageMismatch,
    PackageUnsupported,
    is_package,
    load,
)
from mailroom.model_package.fingerprints import data_fingerprint
from mailroom.progress import Report, shown
from training.gate.findings import Cause, Refusal
from training.gate.services import Service, in_container, in_process

REPOSITORY = "mailroom/gate"
"""Of the images that the gate builds."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A package that may be looked at, not yet trusted.

    Attributes:
        place: The folder or the image that was given.
        folder: Its files.
        image: The image that was given; empty for a folder.
    """

    place: str
    folder: Path
    image: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    """A package that is what its manifest says.

    Attributes:
        contender: Where it is.
        package: Loaded.
    """

    contender: Contender
    package: Package

    @property
    def manifest(self) -> Manifest:
        """What it says of itself."""
        return self.package.manifest


class Stage:
    """Where services run.

    Args:
        engine: A Docker engine; None runs packages as processes of this version.
        environment: Variables of every service.
        report: Told what is done.
    """

    def __init__(self, engine: Engine | None, environment: dict[str, str], report: Report) -> None:
        self.engine, self.environment, self.report = engine, environment, report
        self._base = ""

    @contextmanager
    def serving(self, sound: Sound) -> Iterator[tuple[Service, str]]:
        """A package as a service that is starting, and the id of its image (empty without a container).

        Raises:
            BuildFailed: Its image could not be built.
            ContainerFailed: It could not be started.
        """
        if self.engine is None:
            with in_process(sound.contender.folder, self.environment) as service:
                yield service, ""
            return
        with (
            self._image(self.engine, sound) as image,
            in_container(self.engine, image, self.environment) as service,
        ):
            yield service, str(self.engine.api.inspect_image(image)["Id"])

    @contextmanager
    def _image(self, engine: Engine, sound: Sound) -> Iterator[str]:
        """The image that was given, or one that is built and gone afterwards."""
        if sound.contender.image:
            yield sound.contender.image
            return
        self._base = self._base or build_service(engine, ocr=True, report=self.report)
        tag = f"{REPOSITORY}:{uuid.uuid4().hex}"  # whoever judges the same package takes no name from another
        folder, manifest = sound.contender.folder, sound.manifest
        with package_context(folder, manifest, self._base) as context, shown("building", self.report) as show:
            engine.build_archive(context, tag, labels(manifest), show)
        try:
            yield tag
        finally:
            forget(engine, tag)


@contextmanager
def contender(place: str, engine: Callable[[], Engine] | None) -> Iterator[Contender]:
    """Find a contender.

    Args:
        place: A package's folder, or an image with a package in it.
        engine: Connects to a Docker engine; None where there shall be none.

    Raises:
        UsageError: It is neither.
        ContainerFailed: There is no such image.
    """
    if Path(place).is_dir():
        yield Contender(place, Path(place))
        return
    if engine is None:
        raise UsageError(f"{place}: no such folder; an image needs a Docker engine: leave --in-process out")
    with tempfile.TemporaryDirectory() as folder:
        copy_package(engine(), checked(place), Path(folder))
        yield Contender(place, Path(folder), place)


def examined(found: Contender) -> tuple[Sound | None, list[Refusal]]:
    """Verify a package before anything of it is run; nothing sound, and why, if it must not be."""
    if not is_package(found.folder):
        raise UsageError(f"{found.place} holds no model package: give a folder that `mailroom train` wrote")
    try:
        package = load(found.folder)
        known = package.fingerprints
        package.golden()
    except PackageUnsupported as error:
        return None, [Refusal(Cause.UNSUPPORTED, str(error))]
    except PackageError as error:
        return None, [Refusal(Cause.TAMPERED, str(error))]
    if data_fingerprint(known) != package.manifest.data_fingerprint:
        message = "the fingerprints are not those that its manifest vouches for: fetch the package again"
        return None, [Refusal(Cause.TAMPERED, message)]
    return Sound(found, package), list(_promises(package))


def _promises(package: Package) -> Iterator[Refusal]:
    if not len(package.golden()):
        yield Refusal(Cause.GOLDEN, "it brings no golden documents to be held to: write the package again")
    if not len(package.fingerprints):
        message = "it does not say which documents it learnt from: write the package with `trained_on`"
        yield Refusal(Cause.LEAKED, message)
    try:
        package.check_golden()
    except PackageMismatch as error:
        yield Refusal(Cause.GOLDEN, str(error))


def other_architecture(found: Contender, engine: Engine | None) -> list[Refusal]:
    """Whether an image is for another kind of machine than the engine's."""
    if engine is None or not found.image:
        return []
    its, ours = architecture(engine, found.image), own_architecture(engine)
    if its == ours:
        return []
    message = f"the image is for {its}, this engine runs {ours}: build it for {ours}"
    return [Refusal(Cause.ARCHITECTURE, message)]


def described(sound: Sound | None, place: str, image: str) -> dict[str, Any]:
    """A contender in the verdict."""
    if sound is None:
        return {"place": place}
    manifest = sound.manifest
    names = ("name", "version", "digest", "kernel", "input_kind", "prep_version", "adapted_from")
    facts = {name: getattr(manifest, name) for name in names}
    return {"place": place, **facts, "labels": list(manifest.labels), "image": image}
