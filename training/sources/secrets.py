"""Passwords: from the environment by way of the configuration, or from a file; never shown."""

from pathlib import Path

from pydantic import SecretStr

from mailroom.contracts.errors import UsageError


def given_secret(secret: SecretStr | None, file: Path | None, title: str) -> str | None:
    """The secret itself, for the driver that needs it; None where none was given.

    Raises:
        UsageError: Its file cannot be read.
    """
    if secret is not None:
        return secret.get_secret_value()
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise UsageError(f"{title}: password_file {file} cannot be read ({error.strerror})") from error
