"""What can go wrong when an image is built; a package that must not be used is a `PackageError`."""

from mailroom.contracts.errors import MailroomError


class DockerMissing(MailroomError):
    """There is no Docker engine to build with, or not the library that talks to it."""


class BuildFailed(MailroomError):
    """The engine could not build the image."""


class ContainerFailed(MailroomError):
    """A container could not be started, or an image is not what it should be."""


class RegistryFailed(MailroomError):
    """A registry of images cannot be reached, or refused."""
