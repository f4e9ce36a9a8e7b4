"""Whose certificates receivers may show."""

import ssl
from pathlib import Path

from mailroom.contracts.errors import UsageError


def trusting(bundle: Path | None) -> ssl.SSLContext:
    """A context that checks certificates and names, against a bundle or what the system trusts.

    Raises:
        UsageError: The bundle cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=None if bundle is None else str(bundle))
    except OSError as error:  # ssl.SSLError is one
        raise UsageError(f"ca_bundle is no file of PEM certificates that can be read: {bundle}") from error
