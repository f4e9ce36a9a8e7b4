"""Which code ran: the git revision of a folder, and whether something in it was not committed.

In an image there is no repository to ask: whoever builds it sets `MAILROOM_CODE_REVISION`.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20
VARIABLE = "MAILROOM_CODE_REVISION"


@dataclass(frozen=True, slots=True)
class CodeState:
    """A folder under version control.

    Attributes:
        revision: The commit; empty where there is no repository, or no git to ask, and the variable is not set.
        dirty: Whether files differ from the commit, or are not in it.
        folder: Which.
    """

    revision: str
    dirty: bool
    folder: Path


def code_state(folder: Path) -> CodeState:
    """Ask git about a folder, which may lie anywhere in its repository."""
    revision = _git(folder, "rev-parse", "HEAD")
    if not revision:
        return CodeState(os.environ.get(VARIABLE, ""), dirty=False, folder=folder)
    return CodeState(revision, bool(_git(folder, "status", "--porcelain")), folder)


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""  # no git here: the revision is unknown, and the trace says so
    return done.stdout.strip() if done.returncode == 0 else ""
