"""An engine that builds nothing and remembers what it was asked for, and a package of a small model."""

import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import pytest

from mailroom.model_image.engine import Engine
from mailroom.model_package import Provenance, write
from mailroom.progress import Show
from tests.unit.mailroom.model_package.small_model import LABELS, TEXTS, blend


class FakeEngine(Engine):
    """Answers every build with an id of its own."""

    def __init__(self) -> None:
        self.built: list[Mapping[str, Any]] = []

    def build_sources(
        self,
        folder: Path,  # noqa: ARG002 - the engine's signature
        dockerfile: str,
        tag: str,
        arguments: Mapping[str, str],
        show: Show,  # noqa: ARG002
    ) -> str:
        """Remember a build from sources."""
        self.built.append({"dockerfile": dockerfile, "tag": tag, "arguments": dict(arguments)})
        return "sha256:service"

    def build_archive(
        self,
        context: IO[bytes],
        tag: str,
        labels: Mapping[str, str],  # noqa: ARG002
        show: Show,  # noqa: ARG002
    ) -> str:
        """Remember a build from an archive."""
        with tarfile.open(fileobj=context) as archive:
            dockerfile = archive.extractfile("Dockerfile")
            assert dockerfile is not None
            self.built.append(
                {"dockerfile": dockerfile.read().decode(), "tag": tag, "names": archive.getnames()}
            )
        return "sha256:packed"

    def size(self, image: str) -> int:  # noqa: ARG002
        """A size."""
        return 500_000_000


@pytest.fixture
def engine() -> FakeEngine:
    """An engine that has built nothing yet."""
    return FakeEngine()


@pytest.fixture
def small_package(tmp_path: Path) -> Path:
    """A package, and beside its files one that its manifest does not know."""
    folder = tmp_path / "package"
    provenance = Provenance("small", "by-hand", 1)
    write(folder, blend(), labels=LABELS, provenance=provenance, golden=TEXTS, trained_on=["one"])
    (folder / "notes.txt").write_text("not of the package", encoding="utf-8")
    return folder
