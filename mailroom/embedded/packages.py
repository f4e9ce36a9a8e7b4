"""The model package that labels when nobody names one: trained once on generated documents, then kept."""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.child import Child
from mailroom.embedded.folders import cache_folder, room_for
from mailroom.embedded.logs import last_line
from mailroom.model_package.manifest import MANIFEST

# The seed differs from the one that demonstrations send, so that they never label what was trained on.
SAMPLES = ("samples", "--count", "2800", "--seed", "20260", "--texts-only")
TRAIN = ("train", "--kernel", "text-linear")
MAKERS = ("samples", "training", "mailroom.features", "mailroom.model_package", "mailroom.textprep")
STEP_SECONDS = 900.0


class NoPackage(MailroomError):
    """There is no package to label with, and none could be trained."""


def package_key(recipe: Sequence[Sequence[str]] = (SAMPLES, TRAIN)) -> str:
    """A name for what the recipe gives with the code as it is now.

    Another recipe gives another name, and so does a change of anything that samples, trains, or reads packages:
    a package of before might not be readable, or might be worse than what the same recipe gives today.
    """
    digest = hashlib.sha256(json.dumps(recipe).encode())
    for file in _makers():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def provide_package(say: Callable[[str], None]) -> Path:
    """The default package from the cache, trained first where it is not there.

    Args:
        say: Tells a person what takes so long.

    Raises:
        NoPackage: A step failed; the message names its log.
        DiskFull: The package does not fit on the disk of the cache.
    """
    folder = cache_folder() / "packages"
    package = folder / package_key()
    if (package / MANIFEST).is_file():
        return package
    with room_for(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            if not (package / MANIFEST).is_file():
                say("no package was named: training one on generated documents (once, about a minute)")
                _train(package)
    return package


def _makers() -> list[Path]:
    # The parts above this one are looked up, not imported.
    specs = (find_spec(name) for name in MAKERS)
    folders = [Path(place) for spec in specs if spec for place in spec.submodule_search_locations or ()]
    files = (file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file())
    return [file for file in files if "__pycache__" not in file.parts]


def _train(package: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".train-", dir=package.parent) as name:
        work, log = Path(name), package.with_suffix(".log")
        documents, trained = work / "documents", work / "package"
        _verb([*SAMPLES, "--output", str(documents)], log)
        labels = _labels_file(documents)
        _verb([*TRAIN, "--documents", str(labels), "--output", str(trained)], log)
        shutil.rmtree(package, ignore_errors=True)
        trained.replace(package)


def _labels_file(documents: Path) -> Path:
    found = sorted(documents.glob("*.jsonl"))
    return found[0] if found else documents


def _verb(arguments: Sequence[str], log: Path) -> None:
    child = Child([sys.executable, "-m", "cli", *arguments], log_file=log)
    if not child.join(STEP_SECONDS):
        child.end(1.0)
    if child.poll():
        raise NoPackage(f"`mailroom {arguments[0]}` failed: {last_line(log)} (its log is {log})")
