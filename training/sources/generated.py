"""Generated documents, made by the command line before Spark starts: training takes them as files, like any others."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.folders import cache_folder
from training.sources.base import Source
from training.sources.files import JsonLines

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LABELS_FILE = "labels.jsonl"


class Samples(Source):
    """Documents of the generator; the same count and seed give the same ones."""

    type: Literal["samples"] = "samples"
    count: int = Field(gt=0)
    seed: int = 1

    @property
    def file(self) -> Path:
        """Where they are kept: once for each count, seed and state of the generator."""
        name = f"{self.count}-{self.seed}-{_generator()}"
        return cache_folder() / "training" / "samples" / name / LABELS_FILE

    def prepare(self) -> None:
        """Generate them, unless an earlier run did.

        Raises:
            MailroomError: The generator failed; the message is its own.
        """
        folder = self.file.parent
        if self.file.is_file():
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            made = Path(work, "made")
            _generate(self, made)
            shutil.rmtree(folder, ignore_errors=True)
            made.replace(folder)

    def read(self, spark: "SparkSession") -> "DataFrame":
        """A row per document."""
        return JsonLines(path=str(self.file)).read(spark)


def _generate(source: Samples, folder: Path) -> None:
    size = ["--count", str(source.count), "--seed", str(source.seed)]
    command = [sys.executable, "-m", "cli", "samples", "--texts-only", *size, "--output", str(folder)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    if outcome.returncode:
        reason = (outcome.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise MailroomError(f"{source.title}: the generator failed: {reason}")


@cache
def _generator() -> str:
    """Digest of the generator's code and words, read as files: training imports no other part."""
    spec = find_spec("samples")
    places = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    files = [
        file for place in places for file in sorted(Path(place).rglob("*")) if file.suffix in {".py", ".yaml"}
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
