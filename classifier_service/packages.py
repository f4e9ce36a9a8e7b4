"""Where the service's model package comes from: a folder, or wherever fsspec reaches."""

from pathlib import Path

from mailroom.contracts.errors import UsageError
from mailroom.model_package import Package, PackageIncomplete, is_package, load, load_from
from mailroom.places import is_remote, joined, read

HOSTED = Path("/opt/ml/model")
"""Where SageMaker's hosting unpacks a model before it starts the container."""


def load_package(location: str | Path | None) -> Package:
    """Load a package, every file verified against its manifest before anything is made of it.

    Args:
        location: A folder of this machine, or a URI such as `s3://bucket/models/champion`, whose files are read into
            memory; None for the place where hosting puts a model.

    Raises:
        UsageError: None is named and none is hosted here, or nobody knows such URIs.
        PackageError: It must not be used.
        StoreUnavailable: The object store does not answer.
    """
    place = str(HOSTED if location is None else location)
    if place == str(HOSTED):
        return load(_hosted(HOSTED))
    return load_from(lambda name: _remote(place, name), place) if is_remote(place) else load(Path(place))


def _hosted(root: Path) -> Path:
    """The package at the root, or in the one folder that the archive of a model often has."""
    inner = [folder for folder in sorted(root.glob("*")) if is_package(folder)]
    if is_package(root) or len(inner) != 1:
        inner = [root]
    if not is_package(inner[0]):
        raise UsageError(
            "no model package: give --package DIR or set MAILROOM_CLASSIFIER__PACKAGE to a folder or a URI"
        )
    return inner[0]


def _remote(location: str, name: str) -> bytes:
    content = read(joined(location, name))
    if content is None:
        raise PackageIncomplete(f"{joined(location, name)}: no such file: put the whole package there")
    return content
