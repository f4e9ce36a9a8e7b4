"""The only door between training and serving."""

from mailroom.model_package.description import RuntimeDescription
from mailroom.model_package.errors import (
    PackageError,
    PackageIncomplete,
    PackageMismatch,
    PackageTampered,
    PackageUnsupported,
    WrongInput,
)
from mailroom.model_package.manifest import Manifest
from mailroom.model_package.package import Package, is_package, load, load_from
from mailroom.model_package.writing import Provenance, write

__all__ = [
    "Manifest",
    "Package",
    "PackageError",
    "PackageIncomplete",
    "PackageMismatch",
    "PackageTampered",
    "PackageUnsupported",
    "Provenance",
    "RuntimeDescription",
    "WrongInput",
    "is_package",
    "load",
    "load_from",
    "write",
]
