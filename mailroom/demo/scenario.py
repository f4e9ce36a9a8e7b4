"""What the demonstration sends: generated documents of all labels, some broken files, and one document twice."""

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import MailroomError

SEED = 7  # not the one that the default package is trained on
BROKEN_SHARE = 50  # one broken file in so many documents, at least one
STEP_SECONDS = 300.0


class StepFailed(MailroomError):
    """A verb that the demonstration calls has failed."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The documents of a demonstration.

    Attributes:
        folder: What is sent.
        truth: File name to label, of the generated documents.
        broken: How many files are broken on purpose.
    """

    folder: Path
    truth: dict[str, str]
    broken: int

    @property
    def documents(self) -> int:
        """How many files there are."""
        return len(self.truth) + self.broken


def prepare(work: Path, documents: int, seed: int = SEED) -> Scenario:
    """Generate the documents below a working folder.

    Raises:
        StepFailed: The generator failed; the message is its own.
    """
    broken = max(1, documents // BROKEN_SHARE)
    folder = work / "documents"
    verb("samples", "--count", str(documents - broken), "--seed", str(seed), "--output", str(folder))
    labels = folder / "labels.jsonl"
    rows = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    labels.replace(work / "labels.jsonl")
    truth = {Path(row["path"]).name: row["label"] for row in rows}
    for number in range(broken):
        name, content = broken_file(number, seed)
        (folder / name).write_bytes(content)
    return Scenario(folder, truth, broken)


def broken_file(number: int, seed: int) -> tuple[str, bytes]:
    """A file that no parser can read: cut short, empty, or noise."""
    noise = random.Random(f"{seed}-{number}").randbytes(600)
    kinds = (
        ("truncated.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + noise[:40]),
        ("empty.txt", b""),
        ("noise.bin", b"\x00\xff" + noise),
    )
    name, content = kinds[number % len(kinds)]
    return f"broken-{number}-{name}", content


def send(scenario: Scenario, bootstrap: str) -> dict[str, str]:
    """Send all documents, and the first one a second time under its own id.

    Returns:
        Id to file name.
    """
    answer = verb("send", str(scenario.folder), "--profile", bootstrap)
    names = {str(sent["id"]): Path(sent["file"]).name for sent in answer["sent"]}
    first = answer["sent"][0]
    verb("send", str(first["file"]), "--id", str(first["id"]), "--profile", bootstrap)
    return names


def verb(*arguments: str) -> Any:
    """Call a verb of the command line as a person would, and read its answer.

    Raises:
        StepFailed: It did not end with status 0.
    """
    command: Sequence[str] = [sys.executable, "-m", "cli", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=STEP_SECONDS, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise StepFailed(f"`mailroom {arguments[0]}` ended with status {done.returncode}: {said[-1]}")
    return json.loads(done.stdout)
