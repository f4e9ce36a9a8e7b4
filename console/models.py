"""Models and training runs, asked of the verb that knows them: a process of its own, as a person would call it.

Training is another part, and MLflow takes seconds to import and hundreds of megabytes: neither is the console's.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailroom.contracts.errors import MailroomError
from mailroom.streams.clock import Clock, SystemClock

VERB = ("-m", "cli", "models", "runs", "--json")
SECONDS = 60.0
KEPT_SECONDS = 60.0
"""What was told is told again so long, since asking takes seconds."""
NOT_HERE = "models are not tracked where the console runs: see `mailroom models runs` where training does"


class ModelsUnknown(MailroomError):
    """Nothing can be told of models."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is known.

    Attributes:
        runs: The newest first, as `mailroom models runs --json` has them.
        versions: Likewise.
        tracking: Where they are kept.
    """

    runs: Sequence[Mapping[str, Any]]
    versions: Sequence[Mapping[str, Any]]
    tracking: str

    def version(self, alias: str) -> Mapping[str, Any] | None:
        """The version of an alias: `champion`, `candidate`."""
        return next((item for item in self.versions if alias in item["aliases"]), None)

    def run(self, identifier: str) -> Mapping[str, Any] | None:
        """A run by its id."""
        return next((item for item in self.runs if item["id"] == identifier), None)

    @property
    def curve(self) -> list[tuple[int, float]]:
        """Documents learned from, and macro F1 on sources that were left out: of each run that has both, in order."""
        measured = [(run["documents"], run["macro_f1_unseen_sources"]) for run in self.runs]
        return sorted((count, score) for count, score in measured if count is not None and score is not None)


@dataclass(slots=True)
class Models:
    """Asks, and remembers for a minute.

    Attributes:
        clock: Tells how old an answer is.
        command: What is asked; after Python's own name.
    """

    clock: Clock = field(default_factory=SystemClock)
    command: Sequence[str] = VERB
    _told: Overview | None = None
    _at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def overview(self) -> Overview:
        """Runs and versions.

        Raises:
            ModelsUnknown: Nothing can be told.
        """
        with self._lock:
            if self._told is None or self.clock.monotonic() - self._at > KEPT_SECONDS:
                self._told, self._at = _asked(self.command), self.clock.monotonic()
            return self._told


def _asked(command: Sequence[str]) -> Overview:
    try:
        done = subprocess.run(  # noqa: PLW1510 - its status is looked at
            [sys.executable, *command], capture_output=True, text=True, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelsUnknown(NOT_HERE) from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        ours = [line for line in said if line.startswith("mailroom: ")]
        raise ModelsUnknown(ours[-1].removeprefix("mailroom: ") if ours else NOT_HERE)
    told = json.loads(done.stdout)
    return Overview(told["runs"], told["versions"], told["tracking"])
