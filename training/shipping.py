"""What executors of a cluster are sent: the project's code, a user's own, and a Python environment if they need one.

The code is always sent. The libraries are those of `spark.executor_python` where a cluster has them installed (the
training image does), or come as an archive of an environment, which each executor unpacks once:

    uv venv --relocatable env && uv pip install --python env/bin/python -r requirements/training.txt
    tar -czf env.tar.gz -C env .

Such an archive refers to a Python interpreter of the same version at the same place on every worker.
"""

import atexit
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mailroom.contracts.errors import UsageError

CODE = ("mailroom", "training", "classifier_service")
"""Packages that tasks import; the last one in batch prediction."""

CODE_FOLDER = "mailroom-code"
ENVIRONMENT_FOLDER = "mailroom-environment"
"""Where archives are unpacked, under an executor's working folder."""


def shipped(code: Sequence[Path], environment: Path | None) -> dict[str, str]:
    """The Spark properties by which executors are sent what they need.

    Args:
        code: Folders of further packages that tasks import.
        environment: A packed environment, if executors have none of their own.

    Raises:
        UsageError: One of them is not there.
    """
    archives = [f"{_packed(code)}#{CODE_FOLDER}"]
    if environment is not None:
        archives.append(f"{_existing(environment)}#{ENVIRONMENT_FOLDER}")
    return {"spark.archives": ",".join(archives), "spark.executorEnv.PYTHONPATH": CODE_FOLDER}


def _packed(folders: Sequence[Path]) -> Path:
    """An archive of everything that tasks import, whose root is a folder for `sys.path`."""
    own = Path(__file__).parent.parent
    target = Path(tempfile.mkdtemp(prefix="mailroom-code-"), "code.tar.gz")
    atexit.register(shutil.rmtree, target.parent, ignore_errors=True)
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        for package in CODE:
            archive.add(own / package, arcname=package, filter=_source)
        for folder in folders:
            archive.add(_existing(folder), arcname=".", filter=_source)
    return target


def _source(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    hidden = any(part.startswith(".") and part != "." for part in Path(member.name).parts)
    return None if hidden or "__pycache__" in member.name else member


def _existing(path: Path) -> Path:
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder; mend `spark.environment` or `spark.code`")
    return path.resolve()
