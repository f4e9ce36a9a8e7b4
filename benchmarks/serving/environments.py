"""An environment for each peer, made at first use from its pinned requirements and kept in the cache folder."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from mailroom.contracts.errors import UsageError
from mailroom.embedded.folders import cache_folder

REQUIREMENTS = Path(__file__).parent / "requirements"
PYTHON = "3.11"


def provide(name: str) -> Path:
    """The folder with a peer's programs.

    Args:
        name: Of a requirements file.

    Raises:
        UsageError: `uv`, which makes environments, is not installed, or nothing can be downloaded.
    """
    requirements = REQUIREMENTS / f"{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / "serving" / f"{name}-{digest}"
    if not (folder / "made").is_file():
        if shutil.which("uv") is None:
            raise UsageError("uv is not installed, which makes the peers' environments: pip install uv")
        shutil.rmtree(folder, ignore_errors=True)
        _run("uv", "venv", "--python", PYTHON, str(folder))
        _run("uv", "pip", "install", "--python", str(folder / "bin/python"), "-r", str(requirements))
        (folder / "made").touch()
    return folder / "bin"


def _run(*command: str) -> None:
    with tempfile.TemporaryFile() as told:
        done = subprocess.run(command, stdout=told, stderr=told, check=False)
        if done.returncode:
            told.seek(0)
            lines = told.read().decode(errors="replace").strip().splitlines()
            raise UsageError(f"{' '.join(command[:3])} failed: {' '.join(lines[-2:])}")
