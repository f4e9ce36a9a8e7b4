"""What the engine is sent: this project's sources, or a package and the two lines that add it to an image."""

import io
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from mailroom.contracts.errors import UsageError
from mailroom.model_package import Manifest
from mailroom.model_package.manifest import MANIFEST

MODEL_FOLDER = "/opt/ml/model"
"""Where the service looks for its package: the path of SageMaker's hosting."""

DOCKERFILE = "classifier_service/Dockerfile"


def sources() -> Path:
    """The folder of this project's sources.

    Raises:
        UsageError: Mailroom is installed without them.
    """
    folder = Path(__file__).parents[2]
    if not all((folder / name).is_file() for name in (DOCKERFILE, "pyproject.toml")):
        raise UsageError(
            "Mailroom is installed here without its sources, which the service's image is built from: "
            "name that image with --base, or run this in a checkout"
        )
    return folder


def package_context(package: Path, manifest: Manifest, base: str) -> IO[bytes]:
    """A tar of the files that a manifest vouches for, and the Dockerfile that puts them into a base image.

    The same package gives the same bytes, so that the engine knows it again.
    """
    context = tempfile.TemporaryFile()  # noqa: SIM115 - the caller reads and closes it
    with tarfile.open(fileobj=context, mode="w") as archive:
        _add(archive, "Dockerfile", f"FROM {base}\nCOPY model {MODEL_FOLDER}\n".encode())
        for name in (MANIFEST, *sorted(manifest.files)):
            _add(archive, f"model/{name}", (package / name).read_bytes())
    context.seek(0)
    return context


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)  # owned by root, readable by everyone
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
