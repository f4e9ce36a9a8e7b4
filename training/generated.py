"""Generated documents, made by the command line: training takes them as files, like any others."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.folders import cache_folder

LABELS_FILE = "labels.jsonl"
TEXTS = "texts"


def place_of(count: int, seed: int, forms: Sequence[str] = ()) -> Path:
    """The file that names the documents, whether they were made yet or not.

    One for each count, seed, forms and state of the generator: its code and words decide what it makes.

    Args:
        count: How many.
        seed: The same seed gives the same documents.
        forms: What files they are written to, in turn; texts in the one file without.
    """
    name = "-".join((str(count), str(seed), *(forms or (TEXTS,)), _generator()))
    return cache_folder() / "training" / "samples" / name / LABELS_FILE


def generate(count: int, seed: int, forms: Sequence[str] = ()) -> Path:
    """Make the documents, unless an earlier run did; the arguments are those of `place_of`.

    Raises:
        MailroomError: The generator failed; the message is its own.
    """
    file = place_of(count, seed, forms)
    if file.is_file():
        return file
    folder = file.parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        made = Path(work, "made")
        _run(count, seed, forms, made)
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)
    return file


def _run(count: int, seed: int, forms: Sequence[str], folder: Path) -> None:
    kinds = ["--forms", ",".join(forms)] if forms else ["--texts-only"]
    size = ["--count", str(count), "--seed", str(seed)]
    command = [sys.executable, "-m", "cli", "samples", *kinds, *size, "--output", str(folder)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    if outcome.returncode:
        reason = (outcome.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise MailroomError(f"the generator of documents failed: {reason}")


@cache
def _generator() -> str:
    """Digest of the generator's code and words, read as files: training imports no other part."""
    spec = find_spec("samples")
    places = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    files = [
        file for place in places for file in sorted(Path(place).rglob("*")) if file.suffix in {".py", ".yaml"}
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
