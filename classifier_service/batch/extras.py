"""Libraries that batch prediction needs only for some inputs and outputs."""

from importlib.util import find_spec

from mailroom.contracts.errors import UsageError


def require(library: str, what: str) -> None:
    """Refuse what needs a library that is not installed, before any work is done.

    Raises:
        UsageError: It is not.
    """
    if find_spec(library) is None:
        raise UsageError(f"{what}: {library} is not installed: install Mailroom with its `batch` extra")
