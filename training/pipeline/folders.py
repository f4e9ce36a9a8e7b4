"""The folder of a run: a new one for each, and the old one for a run that was interrupted."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from mailroom.contracts.errors import MailroomError

CONFIG = "config.json"
OUTCOME = "outcome.json"
"""Written last: a folder without it is that of a run that did not finish."""


class AlreadyRunning(MailroomError):
    """Another process runs a run of this name."""


@contextmanager
def run_folder(runs: Path, name: str, config: Mapping[str, Any]) -> Iterator[Path]:
    """The folder to work in, held for this process.

    Args:
        runs: The folder of all runs.
        name: Of this one.
        config: What it does; an unfinished run of the same name and configuration is gone on with.

    Raises:
        AlreadyRunning: Another process holds it.
    """
    home = runs / name
    home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / ".lock", blocking=False):
            yield _unfinished(home, config) or _new(home, config)
    except Timeout as error:
        message = (
            f"a run named {name} is going on in another process: wait for it, or give this one another name"
        )
        raise AlreadyRunning(message) from error


def digest(config: Mapping[str, Any]) -> str:
    """The same for the same configuration."""
    return hashlib.sha256(json.dumps(config, sort_keys=True, default=str).encode()).hexdigest()


def finish(folder: Path, outcome: Mapping[str, Any]) -> None:
    """Say that the run of a folder is done."""
    temporary = folder / f"{OUTCOME}.part"
    temporary.write_text(json.dumps(outcome, indent=2, default=str) + "\n", encoding="utf-8")
    temporary.replace(folder / OUTCOME)


def last_finished(runs: Path, name: str) -> Path | None:
    """The folder of the newest finished run of a name."""
    done = [folder for folder in _folders(runs / name) if (folder / OUTCOME).is_file()]
    return done[-1] if done else None


def _folders(home: Path) -> list[Path]:
    return sorted(folder for folder in home.glob("*") if folder.is_dir()) if home.is_dir() else []


def _unfinished(home: Path, config: Mapping[str, Any]) -> Path | None:
    folders = _folders(home)
    if not folders or (folders[-1] / OUTCOME).is_file() or not (folders[-1] / CONFIG).is_file():
        return None
    kept = json.loads((folders[-1] / CONFIG).read_text(encoding="utf-8"))
    return folders[-1] if kept["digest"] == digest(config) else None


def _new(home: Path, config: Mapping[str, Any]) -> Path:
    folder = home / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    folder.mkdir()
    content = {"digest": digest(config), "config": config}
    (folder / CONFIG).write_text(json.dumps(content, indent=2, default=str), encoding="utf-8")
    return folder
