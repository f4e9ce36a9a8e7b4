"""OAuth2 access tokens: they live an hour, so that each login asks for the present one."""

import subprocess
from pathlib import Path

from ingest.errors import SourceRefused
from mailroom.door_settings import MailAccount

COMMAND_SECONDS = 60.0


def access_token(account: MailAccount) -> str:
    """The token that the account's file holds now, or that its command prints.

    Raises:
        SourceRefused: There is none.
    """
    token = _from_command(account.token_command) if account.token_command else _from_file(account.token_path)
    if not token:
        raise SourceRefused(f"{_where(account)} gives an empty token: let it hold an OAuth2 access token")
    return token


def _where(account: MailAccount) -> str:
    return (
        f"command {account.token_command[0]}" if account.token_command else f"token file {account.token_path}"
    )


def _from_file(path: Path | None) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SourceRefused(f"the token file {path} cannot be read ({type(error).__name__})") from error


def _from_command(command: tuple[str, ...]) -> str:
    """Its standard output; nothing of it is ever told, since it may be the token itself."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=COMMAND_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SourceRefused(
            f"the token command {command[0]} failed ({type(error).__name__}): run it by hand to see why"
        ) from error
    return done.stdout.decode(errors="replace").strip()
