"""Writes the starter repository: whole, or not at all."""

import shutil
import tempfile
from pathlib import Path

from mailroom.contracts.errors import UsageError

TEMPLATE = Path(__file__).parent / "template"
HIDDEN = ("github", "gitignore")
"""Names that begin with a dot in the repository; in the template they do not, so that no tool obeys them there."""


def write_starter(folder: Path) -> list[Path]:
    """Copy the template.

    Args:
        folder: New, or empty.

    Returns:
        The files, relative to `folder`, sorted.

    Raises:
        UsageError: The folder holds something, is a file, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: name a new folder")
    try:
        _copy(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror}): check room and rights") from error
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _copy(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as work:
        made = Path(work, "made")
        shutil.copytree(TEMPLATE, made, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"))
        for name in HIDDEN:
            (made / name).rename(made / f".{name}")
        made.replace(folder)
