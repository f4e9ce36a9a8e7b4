"""What can be wrong with a model package.

PackageError             the root; every message says the mend
├── PackageIncomplete    a file or the manifest is missing or cannot be read
├── PackageTampered      a file is not the one the manifest vouches for
├── PackageUnsupported   format, runtime or text rules that this version does not know
├── PackageMismatch      the package predicts something else than it did when it was written
└── WrongInput           a model of page images was given texts alone
"""

from mailroom.contracts.errors import MailroomError


class PackageError(MailroomError):
    """A model package that must not be used."""


class PackageIncomplete(PackageError):
    """A file is missing, truncated or not what its name says."""


class PackageTampered(PackageError):
    """A digest does not match, or a file name leads out of the package."""


class PackageUnsupported(PackageError):
    """Written by another version: its format, runtime or text rules are unknown here."""


class PackageMismatch(PackageError):
    """The golden documents get other predictions than the package promises."""


class WrongInput(PackageError):
    """The model reads page images and was given texts."""
